/** Takes secrets out of a log's text before it is shown: tokens, passwords, private keys. */

const HIDDEN = '[secret]'

/** A signed token (RFC 7515, 3.1). It begins at a part: else each `eyJ` would be read from. */
const SIGNED_TOKEN = /(?<![\w-])(?=[\w-]*\beyJ[\w-]{8})[\w-]+\.[\w-]{8,}\.[\w-]*/g
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g
const BEARER = /\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi
const NAMES =
  'access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion|password|passwd|authorization|set-cookie|cookie|private_?key'
/** Members of JSON, and of JSON in a cell or a string, whose values are secrets by their name. */
const MEMBER = new RegExp(
  String.raw`((?:${NAMES})\\*"{1,2}\s*:\s*\\*"{1,2})(?:[^"\\]|\\[^"])+`,
  'gi',
)
const PARAMETER = new RegExp(String.raw`((?:${NAMES}|\bsig|tempauth)=)[^&\s"\\]+`, 'gi')

/** The text with each secret replaced by `[secret]`; ids of tokens stay, since they open nothing. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(SIGNED_TOKEN, HIDDEN)
    .replaceAll(PRIVATE_KEY, HIDDEN)
    .replaceAll(BEARER, `$1 ${HIDDEN}`)
    .replaceAll(MEMBER, `$1${HIDDEN}`)
    .replaceAll(PARAMETER, `$1${HIDDEN}`)
}
