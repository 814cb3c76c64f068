export { type Address, readAddress } from './addresses.ts'
export { type ErrorCode, type ErrorFacts, MintmarkError } from './errors.ts'
export { whyUnread, whyUnwritten } from './file_errors.ts'
export { guidOfBytes, guidOfNetBytes, readGuid } from './guid.ts'
export { type Holder, isAlive, parseHolder, RUN, self } from './holder.ts'
export { hasMemberTwice, isObject, type Json, parseObject, text } from './json.ts'
export { Reader, sizeOf } from './reader.ts'
export { remembered, rememberedOf } from './remembered.ts'
export { CELL_LIMIT, csvCell, safeJson, safeText } from './safe_text.ts'
export { shellWord } from './shell_word.ts'
export {
  type DayMonthOrder,
  dateOrderOf,
  epochMs,
  isoOf,
  readSlashDate,
  utcMs,
} from './times.ts'
export {
  hashedId,
  readJti,
  readTokenId,
  type TokenIdReading,
} from './token_id.ts'
export { VERSION } from './version.ts'
export {
  apartFrom,
  type BoundsText,
  bounds,
  boundText,
  count,
  minute,
  percent,
  percentUp,
  plural,
} from './wording.ts'
