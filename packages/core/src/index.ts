export { readAddress } from './addresses.ts'
export { base64, readBase64, readBase64url } from './base64.ts'
export { countBefore } from './count_before.ts'
export { type ErrorCode, type ErrorFacts, MintmarkError } from './errors.ts'
export {
  errnoOf,
  unreadable,
  unwritable,
  whyUnread,
  whyUnwritten,
  writingIn,
} from './file_errors.ts'
export { diskLocks, type LockFiles, takeLock } from './folder_lock.ts'
export { guidOfBytes, readGuid } from './guid.ts'
export { type Holder, isAlive, parseHolder, RUN, self } from './holder.ts'
export { hasMemberTwice, isObject, type Json, parseObject, text } from './json.ts'
export { makeFolder } from './make_folder.ts'
export { Reader } from './reader.ts'
export { remembered, rememberedOf } from './remembered.ts'
export { csvCell, safeJson, safeText } from './safe_text.ts'
export {
  type SarifRule,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
  sarifPath,
} from './sarif.ts'
export { withoutSecrets } from './secrets.ts'
export { shellWord } from './shell_word.ts'
export { dateOrderOf, epochMs, isoOf, readSlashDate, utcMs } from './times.ts'
export { hashedId, readJti, readTokenId } from './token_id.ts'
export { VERSION } from './version.ts'
export {
  apartFrom,
  bounds,
  boundText,
  count,
  minute,
  percent,
  percentUp,
  plural,
} from './wording.ts'
