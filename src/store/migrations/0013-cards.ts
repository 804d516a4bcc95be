/**
 * What the own card says beside name and kind, as JSON, and the card as it was last made, since each version is one
 * sequence of bytes. Of a peer: whether it gets the card, how many times our people heard a fingerprint that is not its
 * own since it was met, and when a signed message of it last came.
 */
export const up = `
alter table party add column details text;
alter table party add column card blob;
alter table peer add column gets_card integer not null default 0;
alter table peer add column differed integer not null default 0;
alter table peer add column heard_at integer;
`
