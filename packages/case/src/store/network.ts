/** Networks in CIDR notation, as the range of addresses that they span. */

import { readAddress } from '@mintmark/core'

/** All addresses of a network, ends included, in IPv6 text (an IPv4 address is `::ffff:` + itself). */
interface Network {
  readonly first: string
  readonly last: string
}

const V4_IN_V6 = 0xffff_0000_0000n

/** Reads `address/length`, else undefined. Host bits may be set: `198.51.100.7/24` means the whole network. */
export function readNetwork(spelled: string): Network | undefined {
  const slash = spelled.indexOf('/')
  if (slash === -1 || spelled.length > 64) return undefined
  const { ip } = readAddress(spelled.slice(0, slash))
  const lengthText = spelled.slice(slash + 1)
  if (ip === '' || !/^\d{1,3}$/.test(lengthText)) return undefined
  const isMapped = spelled.slice(0, slash).includes(':') && !ip.includes(':')
  const length = Number(lengthText) + (ip.includes(':') || isMapped ? 0 : 96)
  if (length > 128 || (!ip.includes(':') && length < 96)) return undefined
  const host = (1n << BigInt(128 - length)) - 1n
  const number = addressNumber(ip)
  return { first: addressText(number & ~host), last: addressText(number | host) }
}

function addressNumber(ip: string): bigint {
  if (!ip.includes(':')) {
    return ip.split('.').reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n) | V4_IN_V6
  }
  const [before = '', after = ''] = ip.split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === '' ? [] : after.split(':')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].reduce(
    (sum, group) => (sum << 16n) | BigInt(`0x${group}`),
    0n,
  )
}

function addressText(number: bigint): string {
  const digits = number.toString(16).padStart(32, '0')
  return (digits.match(/.{4}/gu) ?? []).join(':')
}
