/** Network addresses of logs in one canonical text; a wrong one is `''`, never a guess. */

interface Address {
  /** Dotted IPv4, or IPv6 as RFC 5952 writes it; `''` without one. */
  readonly ip: string
  /** 0 if the log gives none. */
  readonly port: number
}

const NONE: Address = { ip: '', port: 0 }

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const V6_LETTERS = /^[\da-f:.]+$/i
/** An address in brackets or without a colon, and perhaps a port; anything else is IPv6 alone. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/

/**
 * Reads IPv4, IPv6 and mapped addresses, with ports or brackets; octal-looking octets are refused.
 */
export function readAddress(value: unknown): Address {
  if (typeof value !== 'string' || value.length < 2 || value.length > 120) return NONE
  const spelled = value.trim()
  const [, inner, plain, port = '0'] = WITH_PORT.exec(spelled) ?? []
  const ip = canonical(inner ?? plain ?? spelled)
  return ip === '' || Number(port) > 65_535 ? NONE : { ip, port: Number(port) }
}

function canonical(spelled: string): string {
  if (V4.test(spelled)) return spelled
  const [address = ''] = spelled.split('%', 1)
  const url = V6_LETTERS.test(address) ? URL.parse(`http://[${address}]`) : null
  if (url === null) return ''
  const ip = url.hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(ip) ?? []
  if (high === undefined || low === undefined) return ip
  return [high, low]
    .map((half) => Number.parseInt(half, 16))
    .flatMap((half) => [half >> 8, half & 255])
    .join('.')
}
