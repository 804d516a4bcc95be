/** A release says for which purpose it is; null: for the first that the terms of each collection name. */
export const up = `
alter table release add column purpose text;
`
