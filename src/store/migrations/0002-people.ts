/** The own party, and the people who open pages: their roles, credentials, sessions, and links for coming in. */
export const up = `
create table party (
  key integer primary key,
  id text not null unique,
  name text not null,
  kind text not null check (kind in ('government', 'company', 'civil', 'international')),
  place text not null,
  is_own integer not null
);
create unique index party_own on party (is_own) where is_own = 1;

-- A person may have no password: then secret is ''.
alter table account add column role text check (role in ('reader', 'analyst', 'officer'));
alter table account add column language text;
alter table account add column theme text;
alter table account add column last_used_at integer;
-- OpenID Connect: the issuer, a blank, the issuer's name for the person.
alter table account add column subject text;
create unique index account_by_subject on account (subject) where subject is not null;

create table passkey (
  key integer primary key,
  id text not null unique,
  account integer not null references account (key) on delete cascade,
  public_key blob not null,
  counter integer not null,
  transports text not null,
  name text not null,
  created_at integer not null,
  last_used_at integer,
  backed_up integer not null
);
create index passkey_by_account on passkey (account);

-- Only what a person has confirmed with a first code stands here. A code of last_step or before is not taken again.
create table one_time_code (
  account integer primary key references account (key) on delete cascade,
  secret text not null,
  last_step integer not null,
  created_at integer not null
);

create table session (
  key integer primary key,
  id text not null unique,
  token_hash blob not null unique,
  account integer not null references account (key) on delete cascade,
  method text not null check (method in ('passkey', 'code', 'openid', 'password', 'link')),
  state text not null check (state in ('full', 'enrolling')),
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null,
  proven_at integer not null,
  agent text not null
);
create index session_by_account on session (account);

-- A link brings in whoever holds it, once: to set the node up, or as the person that account is for.
create table link (
  key integer primary key,
  token_hash blob not null unique,
  kind text not null check (kind in ('setup', 'invitation')),
  account integer unique references account (key) on delete cascade,
  email text,
  expires_at integer not null
);
`
