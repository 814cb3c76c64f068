/**
 * PuTTY's private key files, versions 2 and 3 (PuTTY's manual, appendix C): also indented, in strings, in UTF-16.
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { latinOf, SshStrings } from '@mintmark/keys/public_keys/ssh_strings'
import { REACH } from '../../anchors/anchor.ts'
import { protectedHit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64 } from '../../text/base64.ts'
import {
  endsAt,
  find,
  isAt,
  isBlank,
  nameOf,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'
import { smallNumber } from './labelled.ts'
import { ecKeyOfPoint, groupNamed, numberOf, okpKey, rsaNamed } from './parts.ts'

const HEADER = 'PuTTY-User-Key-File-'
/** Lines of a 16,384-bit RSA key. */
const LINES_MOST = 200
const LINE_BYTES = 48
const FIELD_MOST = 32_768
const WORD_MOST = 40

export const PUTTY: TextReader = {
  before: 0,
  behind: REACH,
  glance: ({ chars, at }) => {
    const version = chars[at + HEADER.length]
    return isAt(chars, at, HEADER) && (version === 0x32 || version === 0x33) ? REACH : 0
  },
  isEnd: endsAt(HEADER),
  read: ({ chars, at, budget }: TextRun): Detected | undefined => {
    const next = find(chars, HEADER, at + HEADER.length, budget)
    const file = next < 0 ? chars : chars.subarray(0, next)
    const type = wordBehind(file, ':', at, budget)
    const cipher = wordBehind(file, 'Encryption:', at, budget)
    const [open, secret] = ['Public-Lines:', 'Private-Lines:'].map((name) =>
      lines(file, name, at, budget),
    )
    if (open === undefined || secret === undefined || cipher === '') return undefined
    const length = secret.end - at
    try {
      if (secret.bytes.length < 16) return undefined
      if (cipher !== 'none') {
        const how = cipher.startsWith('aes') ? ', encrypted with AES' : ' that names a cipher'
        const proof = `a PuTTY key${how}; a passphrase guards it`
        return protectedHit('encrypted-key', 'putty', at, at + length, proof)
      }
      const key = keyOf(type, open.bytes, secret.bytes, budget)
      return key && { ...key, offset: at, length, form: 'putty' }
    } finally {
      secret.bytes.fill(0)
    }
  },
}

/** Behind `name`, or -1. */
function behind(chars: Uint8Array, name: string, at: number, budget: WorkBudget): number {
  const place = find(chars, name, at, budget, Math.min(chars.length, at + FIELD_MOST))
  return place < 0 ? -1 : place + name.length
}

/** The word behind `name`, or nothing. */
function wordBehind(chars: Uint8Array, name: string, at: number, budget: WorkBudget): string {
  let from = behind(chars, name, at, budget)
  if (from < 0) return ''
  while (isBlank(chars[from])) from += 1
  let end = from
  while (end - from < WORD_MOST && isWord(chars[end])) end += 1
  return nameOf(chars, from, end)
}

const isWord = (letter = 0): boolean =>
  letter > 0x20 && letter < 0x7f && letter !== 0x3a && letter !== 0x5c

/** As many lines of base64 as the number behind `name` says. */
function lines(chars: Uint8Array, name: string, at: number, budget: WorkBudget) {
  let from = behind(chars, name, at, budget)
  while (from >= 0 && chars[from] === 0x20) from += 1
  const count = from < 0 ? undefined : smallNumber(chars, from)
  if (count === undefined || count.value < 1 || count.value > LINES_MOST) return undefined
  return decodeBase64(chars, count.end, chars.length, budget, { most: count.value * LINE_BYTES })
}

type Fields = ReadonlyMap<string, Uint8Array | undefined>

/** Names of the strings behind the type in the public part, and in the private one, and what they are a key of. */
interface KeyType {
  readonly open: string
  readonly secret: string
  readonly keyOf: (
    fields: Fields,
    budget: WorkBudget,
    number: (name: string) => bigint | undefined,
  ) => Detected | undefined
}

const edwards = (curve: string): KeyType => ({
  open: 'a',
  secret: 'k',
  keyOf: (fields, budget) => okpKey(curve, fields.get('k'), fields.get('a'), budget),
})

const ECDSA: KeyType = {
  open: 'curve point',
  secret: 'd',
  keyOf: (fields, budget) => {
    const curve = latinOf(fields.get('curve')?.subarray(0, WORD_MOST) ?? new Uint8Array())
    return ecKeyOfPoint(curve, fields.get('d'), fields.get('point'), budget)
  },
}

const TYPES: ReadonlyMap<string, KeyType> = new Map([
  [
    'ssh-rsa',
    {
      open: 'e n',
      secret: 'd p q u',
      keyOf: (_, budget, number) => rsaNamed(number, 'n e d p q - - u', budget),
    },
  ],
  [
    'ssh-dss',
    {
      open: 'p q g y',
      secret: 'x',
      keyOf: (_, budget, number) => groupNamed('dsa', number, 'p q g y x', budget),
    },
  ],
  ['ssh-ed25519', edwards('Ed25519')],
  ['ssh-ed448', edwards('Ed448')],
])

function keyOf(
  type: string,
  open: Uint8Array,
  secret: Uint8Array,
  budget: WorkBudget,
): Detected | undefined {
  const known = TYPES.get(type) ?? (type.startsWith('ecdsa-sha2-') ? ECDSA : undefined)
  const [openStrings, secretStrings] = [new SshStrings(open), new SshStrings(secret)]
  if (known === undefined || openStrings.name() !== type) return undefined
  const fields = new Map([
    ...known.open.split(' ').map((name) => [name, openStrings.string()] as const),
    ...known.secret.split(' ').map((name) => [name, secretStrings.string()] as const),
  ])
  return known.keyOf(fields, budget, (name) => numberOf(fields.get(name), budget))
}
