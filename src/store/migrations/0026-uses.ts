/** For whom and for what a program reads: what partners shared may be for neither. Until now all read for the node's party. */
export const up = `
alter table account add column serves text not null default 'party' check (serves in ('party', 'constituents'));
alter table account add column purpose text not null default 'defence';
`
