export { callArguments, completion, findCommand, help, helpOf, type Invocation, parseInvocation } from "./arguments.ts"
export { type Asset, asset, assetReply } from "./assets.ts"
export {
  type Call,
  type Declaration,
  type Handler,
  type Handlers,
  knownError,
  type OptionDeclaration,
  type Terminal,
} from "./command.ts"
export { type CookieNames, cookie, cookieNames, readCookies } from "./cookies.ts"
export { type ErrorMessage, errorMessage, sentence, statusOf } from "./errors.ts"
export { eventsReply, type ServerEvent } from "./events.ts"
export { type Format, formatOf, isTimeZone } from "./format.ts"
export {
  type Choice,
  checkField,
  choiceField,
  errorSummary,
  type Fault,
  type Faults,
  type Form,
  type Given,
  inputField,
  noForm,
  parseForm,
  readForm,
  type Shown,
  selectField,
  textField,
} from "./forms.ts"
export {
  PAGE_HEADERS,
  type PageContent,
  type Place,
  pageReply,
  type Section,
  type Theme,
  type Viewer,
} from "./frame.ts"
export { constant, type Html, html, nothing, type Piece } from "./html.ts"
export { type IconName, icon } from "./icons.ts"
/** How far work is that goes on when the page is closed. */
export { endEvent, liveProgress, type Progress, progressEvent } from "./live-progress.ts"
export { knows, type Language, languages, pickLanguage, type Translate, translator } from "./locale.ts"
export { type Dot, map, mapSign } from "./map.ts"
export { accepts, isType } from "./negotiate.ts"
export { packed } from "./packing.ts"
export {
  actions,
  type Bar,
  bars,
  type Column,
  copyable,
  emptyState,
  facts,
  notice,
  type State,
  section,
  shortId,
  snippet,
  stateMark,
  type Table,
  table,
  tlpLabel,
  tlpText,
} from "./pieces.ts"
export { type Ask, type Body, isBody, type Reply, reply } from "./reply.ts"
export { ReplyCache } from "./reply-cache.ts"
export {
  type Edge,
  type Guard,
  guarded,
  listener,
  type PageWho,
  type ProgramWho,
  type Refuse,
  type Route,
  type Row,
  type Who,
} from "./routes.ts"
export { errorReply } from "./sending.ts"
export { type Listening, listen, type Tls } from "./server.ts"
export { type Site, siteOf } from "./site.ts"
export { ask, type Request, reach } from "./socket-client.ts"
export { type SocketServer, serveSocket } from "./socket-server.ts"
export { BYTE_ORDER_MARK, csvLine } from "./spreadsheet.ts"
export { mixesScripts, prose, visible, visibleText } from "./visible.ts"
