/**
 * Terms say also by which instruments readers are bound, and on which one a safeguard rests. The text of what held for all
 * before terms were written down limits neither, as before.
 */
export const up = `
update terms set hash = 'cMdaTDFJ9BVWQzJJfbQV1JbIPxxKDqvr1Z/I29ypcRI=',
  text = '{"actions":null,"attribution":"named","audience":{"bound":null,"confidential":true,"kinds":null,"parties":null,"places":null},"duties":{"acknowledge":null,"answer":null,"sightings":null},"end":null,"marking":"green","notice":0,"objects":{"incidents":null,"sectors":null,"types":null},"onward":"none","personal":{"instrument":null,"is":"allow","safeguard":"the law that binds each party"},"purposes":["defence","investigation"],"retention":null,"start":null,"urgent":false,"v":1}'
  where hash = 'GkzhR71sKJ/0OH0K+TejcftpOoCstAygqIRC64u8p+w=';
`
