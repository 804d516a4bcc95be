/** What the own card says beside name and kind, as JSON; and which partners get it. */
export const up = `
alter table party add column details text;
alter table party add column details_at integer;
alter table peer add column gets_card integer not null default 0;
-- What the card said that was sent last, without its time: SHA-256.
alter table peer add column card_sent blob;
`
