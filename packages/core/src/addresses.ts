/**
 * Network addresses as logs write them, to one canonical text. No names are looked up. A wrong address
 * is `''`, never a guess: octets with leading zeros are refused, because programs disagree on whether
 * they are octal.
 */

interface Address {
  /** Dotted IPv4, or IPv6 as RFC 5952 writes it; `''` without one. */
  readonly ip: string
  /** 0 if the log gives none. */
  readonly port: number
}

const NONE: Address = { ip: '', port: 0 }

/**
 * Reads `v4`, `v4:port`, `v6`, `[v6]`, `[v6]:port` and `::ffff:v4` (which is the IPv4 address); zone ids
 * are dropped. Anything else is no address.
 */
export function readAddress(value: unknown): Address {
  if (typeof value !== 'string' || value.length < 2 || value.length > 120) return NONE
  const spelled = value.trim()
  if (spelled.startsWith('[')) return readBracketed(spelled)
  const colon = spelled.indexOf(':')
  if (colon === -1) return withPort(readV4(spelled), '')
  if (spelled.indexOf(':', colon + 1) === -1) {
    return withPort(readV4(spelled.slice(0, colon)), spelled.slice(colon + 1), true)
  }
  return withPort(readV6(spelled), '')
}

function readBracketed(spelled: string): Address {
  const end = spelled.indexOf(']')
  if (end === -1) return NONE
  const inner = spelled.slice(1, end)
  const ip = inner.includes(':') ? readV6(inner) : readV4(inner)
  const rest = spelled.slice(end + 1)
  if (rest === '') return withPort(ip, '')
  return rest.startsWith(':') ? withPort(ip, rest.slice(1), true) : NONE
}

function withPort(ip: string, spelled: string, isPortNeeded = false): Address {
  if (ip === '') return NONE
  if (spelled === '' && !isPortNeeded) return { ip, port: 0 }
  const port = decimal(spelled, 65_535)
  return port === -1 ? NONE : { ip, port }
}

/** A number of at most five digits and at most `max`; -1 if it is invalid. */
function decimal(spelled: string, max: number): number {
  if (spelled.length === 0 || spelled.length > 5) return -1
  let value = 0
  for (let at = 0; at < spelled.length; at++) {
    const digit = spelled.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value > max ? -1 : value
}

function readV4(spelled: string): string {
  if (spelled.length < 7 || spelled.length > 15) return ''
  const octets = spelled.split('.')
  if (octets.length !== 4) return ''
  for (const octet of octets) {
    const hasLeadingZero = octet.length > 1 && octet.startsWith('0')
    if (hasLeadingZero || decimal(octet, 255) === -1) return ''
  }
  return spelled
}

function readV6(spelled: string): string {
  const zone = spelled.indexOf('%')
  const groups = groupsOf(zone === -1 ? spelled : spelled.slice(0, zone))
  if (groups === undefined) return ''
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  if (!isMapped) return compressed(groups)
  const [high = 0, low = 0] = groups.slice(6)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** The eight 16-bit groups of an IPv6 text. */
function groupsOf(spelled: string): readonly number[] | undefined {
  if (spelled.length < 2 || spelled.length > 45) return undefined
  const gap = spelled.indexOf('::')
  if (gap === -1) {
    const groups = readGroups(spelled, true)
    return groups?.length === 8 ? groups : undefined
  }
  if (spelled.indexOf('::', gap + 1) !== -1) return undefined
  const before = readGroups(spelled.slice(0, gap), false)
  const after = readGroups(spelled.slice(gap + 2), true)
  if (before === undefined || after === undefined) return undefined
  const zeros = 8 - before.length - after.length
  return zeros < 1 ? undefined : [...before, ...Array.from({ length: zeros }, () => 0), ...after]
}

function readGroups(spelled: string, mayEndInV4: boolean): number[] | undefined {
  if (spelled === '') return []
  const parts = spelled.split(':')
  const groups: number[] = []
  for (const [i, part] of parts.entries()) {
    if (mayEndInV4 && i === parts.length - 1 && part.includes('.')) {
      const octets = readV4(part).split('.').map(Number)
      const [a, b, c, d] = octets
      if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined
      groups.push((a << 8) | b, (c << 8) | d)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

const hexGroups = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(':')

/** RFC 5952: lower-case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function compressed(groups: readonly number[]): string {
  let from = -1
  let longest = 1
  for (let at = 0; at < 8; at++) {
    let end = at
    while (groups[end] === 0) end++
    if (end - at > longest) {
      from = at
      longest = end - at
    }
  }
  if (from === -1) return hexGroups(groups)
  return `${hexGroups(groups.slice(0, from))}::${hexGroups(groups.slice(from + longest))}`
}
