/**
 * Questions about single items: lists of ours that partners may ask, with one key for each type and time (`match_epoch`;
 * `secret` is sealed by the node's secret), what they asked, what partners let us ask (`match_held`), our questions and
 * what they showed. Tags and items of epochs lie in files. In mode `desk` the items are subjects of our people.
 */
export const up = `
create table match_answers (
  key integer primary key,
  id text not null unique,
  mode text not null check (mode in ('answers', 'desk')),
  list text,
  title text not null,
  agreement text,
  key_days integer not null,
  opened_by text,
  opened_at integer not null,
  closed_by text,
  closed_at integer,
  checked_at integer,
  failure text
);

create table match_answers_type (
  answers integer not null references match_answers (key) on delete cascade,
  seq integer not null,
  type text not null,
  quota integer not null,
  primary key (answers, seq)
) without rowid;

create table match_answers_partner (
  answers integer not null references match_answers (key) on delete cascade,
  peer integer not null references peer (key),
  primary key (answers, peer)
) without rowid;
create index match_answers_by_partner on match_answers_partner (peer);

create table match_epoch (
  key integer primary key,
  id text not null unique,
  answers integer not null references match_answers (key) on delete cascade,
  type text not null,
  secret blob,
  public blob not null,
  state text not null check (state in ('building', 'open', 'ended')),
  since integer not null,
  until integer not null,
  items integer not null,
  records integer not null,
  head blob not null,
  generation integer not null,
  note text
);
create index match_epoch_by_answers on match_epoch (answers, type, state);

create table match_asked (
  key integer primary key,
  answers integer not null references match_answers (key) on delete cascade,
  epoch integer not null references match_epoch (key) on delete cascade,
  peer integer not null references peer (key),
  type text not null,
  digest blob not null,
  evaluations integer not null,
  said integer not null,
  at integer not null
);
create index match_asked_by_peer on match_asked (answers, peer, type, at);
create unique index match_asked_by_digest on match_asked (epoch, peer, digest);

create table match_subject (
  key integer primary key,
  id text not null unique,
  type text not null,
  item blob not null,
  desk text not null,
  by text,
  added_at integer not null,
  ended_at integer
);

create table match_held (
  key integer primary key,
  peer integer not null references peer (key),
  epoch text not null,
  mode text not null check (mode in ('answers', 'desk')),
  type text not null,
  public blob not null,
  since integer not null,
  until integer not null,
  records integer not null,
  pulled integer not null,
  head blob not null,
  quota integer not null,
  remaining integer not null,
  note text not null,
  told_at integer not null,
  state text not null check (state in ('current', 'gone', 'broken')),
  unique (peer, epoch)
);

create table match_question (
  key integer primary key,
  id text not null unique,
  mode text not null check (mode in ('answers', 'desk')),
  seed blob not null,
  by text,
  created_at integer not null,
  ended_at integer
);
create index match_question_open on match_question (key) where ended_at is null;

create table match_question_item (
  question integer not null references match_question (key) on delete cascade,
  seq integer not null,
  type text not null,
  item blob not null,
  subject integer references match_subject (key),
  primary key (question, seq)
) without rowid;

create table match_question_part (
  question integer not null references match_question (key) on delete cascade,
  peer integer not null references peer (key),
  type text not null,
  items integer not null,
  evaluations integer not null,
  state text not null,
  reason text,
  remaining integer,
  found integer,
  at integer,
  primary key (question, peer, type)
) without rowid;

create table match_finding (
  question integer not null references match_question (key) on delete cascade,
  seq integer not null,
  peer integer not null references peer (key),
  epoch text not null,
  output blob,
  primary key (question, seq, peer, epoch)
) without rowid;

create table match_knowing (
  key integer primary key,
  id text not null unique,
  side text not null check (side in ('ours', 'theirs')),
  peer integer not null references peer (key),
  question integer references match_question (key) on delete set null,
  epoch text not null,
  state text not null check (state in ('waiting', 'told', 'declined')),
  by text,
  created_at integer not null,
  decided_at integer
);
create index match_knowing_by_peer on match_knowing (peer, state);

create table match_knowing_item (
  knowing integer not null references match_knowing (key) on delete cascade,
  seq integer not null,
  type text not null,
  item blob not null,
  tag blob not null,
  output blob,
  known text,
  primary key (knowing, seq)
) without rowid;

create table match_contact (
  key integer primary key,
  id text not null unique,
  side text not null check (side in ('ours', 'theirs')),
  peer integer not null references peer (key),
  subject integer not null references match_subject (key),
  ours integer,
  theirs integer,
  desk text,
  created_at integer not null
);
create index match_contact_by_subject on match_contact (subject);
`
