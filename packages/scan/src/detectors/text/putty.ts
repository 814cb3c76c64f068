/** PuTTY's private keys, versions 2 and 3 (its manual, appendix C), in any wrapping. */
import type { Key } from '@mintmark/keys/material/key'
import { LengthPrefixed } from '@mintmark/keys/public_keys/length_prefixed'
import { REACH } from '../../anchors/anchor.ts'
import { hit, protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { decodeBase64 } from '../../text/base64.ts'
import { endsAt, find, latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { ecKeyOfPoint, groupNamed, numberOf, okpKey, rsaNamed } from './parts.ts'

const HEADER = 'PuTTY-User-Key-File-'
const HEAD = new RegExp(`^${HEADER}[23]`)
const LINES_MOST = 200
const LINE_BYTES = 48
const NAME_MOST = 40
const LETTER_COST = 1

export const PUTTY: TextReader = {
  before: 0,
  behind: REACH,
  glance: ({ chars, at }) => (HEAD.test(latin(chars, at, at + HEADER.length + 1)) ? REACH : 0),
  isEnd: endsAt(HEADER),
  read: readFile,
}

function readFile(run: TextRun): Match | undefined {
  const { at, budget } = run
  const chars = run.chars.subarray(0, find(run.chars, HEADER, at + HEADER.length, budget))
  budget.spend(LETTER_COST * (chars.length - at))
  const text = latin(chars, at)
  const [type, cipher] = [/:\s*([!-9;-[\]-~]{1,40})/, /Encryption:\s*([!-9;-[\]-~]{1,40})/].map(
    (word) => word.exec(text)?.[1],
  )
  const [open, secret] = ['Public', 'Private'].map((name) => {
    const lines = new RegExp(`${name}-Lines: *(\\d{1,3})`).exec(text)
    const count = Number(lines?.[1] ?? 0)
    if (lines === null || count < 1 || count > LINES_MOST) return undefined
    const from = at + lines.index + lines[0].length
    return decodeBase64(chars, from, chars.length, budget, { most: count * LINE_BYTES })
  })
  if (open === undefined || secret === undefined || cipher === undefined) return undefined
  try {
    if (secret.bytes.length < 16) return undefined
    if (cipher === 'none') {
      const key = keyOf(type ?? '', open.bytes, secret.bytes, run)
      return key && hit(key, 'putty', at, secret.end)
    }
    const how = cipher.startsWith('aes') ? ', encrypted with AES' : ' that names a cipher'
    const verification = `a PuTTY key${how}; a passphrase guards it`
    return protectedHit('encrypted-key', 'putty', at, secret.end, verification)
  } finally {
    secret.bytes.fill(0)
  }
}

const NAMES: Readonly<Record<string, readonly [open: string, secret: string]>> = {
  'ssh-rsa': ['e n', 'd p q u'],
  'ssh-dss': ['p q g y', 'x'],
  'ssh-ed25519': ['a', 'k'],
  'ssh-ed448': ['a', 'k'],
  ecdsa: ['curve point', 'd'],
}

function keyOf(
  type: string,
  open: Uint8Array,
  secret: Uint8Array,
  { budget }: TextRun,
): Key | undefined {
  const parts = [new LengthPrefixed(open), new LengthPrefixed(secret)] as const
  const names = NAMES[type.startsWith('ecdsa-sha2-') ? 'ecdsa' : type]
  if (names === undefined || parts[0].name() !== type) return undefined
  const fields = new Map(
    names.flatMap((list, i) => list.split(' ').map((name) => [name, parts[i]?.string()] as const)),
  )
  const [a, k, d, point] = ['a', 'k', 'd', 'point'].map((name) => fields.get(name))
  const number = (name: string) => numberOf(fields.get(name), budget)
  switch (type) {
    case 'ssh-rsa':
      return rsaNamed(number, 'n e d p q - - u', budget)
    case 'ssh-dss':
      return groupNamed('dsa', number, 'p q g y x', budget)
    case 'ssh-ed25519':
      return okpKey('Ed25519', k, a, budget)
    case 'ssh-ed448':
      return okpKey('Ed448', k, a, budget)
    default: {
      const curve = latin(fields.get('curve') ?? new Uint8Array(), 0, NAME_MOST)
      return ecKeyOfPoint(curve, d, point, budget)
    }
  }
}
