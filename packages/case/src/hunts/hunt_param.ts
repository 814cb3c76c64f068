/**
 * Parameters of a hunt: a number of days, a threshold. Bound by the engine, never spliced into SQL.
 *
 * @module
 */

/** `-- param: name Type default what it is`. */
export interface HuntParam {
  readonly name: string
  readonly type: HuntParamType
  readonly value: string | number | readonly string[]
  /** What it is, for people; may be `''`. */
  readonly text: string
}

const TYPES = ['UInt8', 'UInt16', 'UInt32', 'Int32', 'Float64', 'String', 'Array(String)'] as const
type HuntParamType = (typeof TYPES)[number]

/** Whole numbers with their bounds; all fit a JavaScript number. */
const WHOLE: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['UInt8', [0, 255]],
  ['UInt16', [0, 65_535]],
  ['UInt32', [0, 4_294_967_295]],
  ['Int32', [-2_147_483_648, 2_147_483_647]],
])
const LINE = /^([a-z][a-z0-9_]*) +([A-Za-z0-9()]+) +('[^']*'|\[[^\]]*\]|\S+)(?: +(.*))?$/u

/** Reads what follows `-- param:`: the parameter, or what is wrong with it in words. */
export function readParam(line: string): HuntParam | string {
  const [, name = '', typeName = '', spelled = '', words = ''] = LINE.exec(line) ?? []
  if (name === '') return 'param is: name Type default, and then what it is'
  const type = TYPES.find((one) => one === typeName)
  if (type === undefined) return `the type of a parameter is one of ${TYPES.join(', ')}`
  const value = readParamValue(type, spelled)
  if (value === undefined) return `the default is no ${type}`
  return { name, type, value, text: words }
}

/** The value that `spelled` has as `type`, or undefined: `14`, `0.5`, `'text'` or `text`, `['a', 'b']`. */
function readParamValue(
  type: HuntParamType,
  spelled: string,
): string | number | string[] | undefined {
  if (type === 'String') return unquoted(spelled)
  if (type === 'Array(String)') return arrayOf(spelled)
  const value = /^-?\d{1,15}(?:\.\d{1,15})?$/u.test(spelled) ? Number(spelled) : Number.NaN
  if (!Number.isFinite(value)) return undefined
  const bounds = WHOLE.get(type)
  if (bounds === undefined) return value
  const [least, most] = bounds
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined
}

function unquoted(spelled: string): string {
  return spelled.length > 1 && spelled.startsWith("'") && spelled.endsWith("'")
    ? spelled.slice(1, -1)
    : spelled
}

function arrayOf(spelled: string): string[] | undefined {
  if (!spelled.startsWith('[') || !spelled.endsWith(']')) return undefined
  const inner = spelled.slice(1, -1).trim()
  return inner === '' ? [] : inner.split(',').map((part) => unquoted(part.trim()))
}
