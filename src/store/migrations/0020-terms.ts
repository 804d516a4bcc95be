/**
 * Terms of shared collections: each text once, by its hash. A collection stands under one of them now, an entry was
 * written under one; entries from before terms existed name none. Until now one rule held for all, which the text below
 * writes down.
 */
export const up = `
create table terms (
  key integer primary key,
  hash text not null unique,
  text text not null
);
insert into terms (hash, text) values ('cMdaTDFJ9BVWQzJJfbQV1JbIPxxKDqvr1Z/I29ypcRI=',
  '{"actions":null,"attribution":"named","audience":{"bound":null,"confidential":true,"kinds":null,"parties":null,"places":null},"duties":{"acknowledge":null,"answer":null,"sightings":null},"end":null,"marking":"green","notice":0,"objects":{"incidents":null,"sectors":null,"types":null},"onward":"none","personal":{"instrument":null,"is":"allow","safeguard":"the law that binds each party"},"purposes":["defence","investigation"],"retention":null,"start":null,"urgent":false,"v":1}');
alter table collection add column terms integer references terms (key);
alter table entry add column terms integer references terms (key);
-- What a partner says of its collection: the text of its terms, and, where these let it tell, who else reads it (JSON).
alter table feed add column terms text;
alter table feed add column readers text;
update collection set terms = (select key from terms) where kind = 'shared' and party is null;
`
