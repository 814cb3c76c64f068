/**
 * BIND's DNSSEC keys, v1.2 and v1.3 (lib/dns/dst_parse.c of BIND 9; RFC 5702, 6605, 8080). Elliptic
 * ones have no public half: well-formed, verified only with a known one.
 */
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { hit } from '../../anchors/anchored.ts'
import { endsAt, find, isAt, latin, type TextReader } from '../../text/text_run.ts'
import { Labelled } from './labelled.ts'
import { ecKey, groupNamed, okpKey, rsaNamed } from './parts.ts'

const HEADER = 'Private-key-format:'
const BEHIND_MOST = 32_768
const RSA = 'Modulus PublicExponent PrivateExponent Prime1 Prime2 Exponent1 Exponent2 Coefficient'
const DSA = 'Prime(p) Subprime(q) Base(g) Public_value(y) Private_value(x)'
const FIELDS = `Algorithm PrivateKey ${RSA} ${DSA}`.split(' ')
/** A tag, whose attributes have colons too; a name; an end. */
const MARK = /<[^<>\0]{0,300}>|(?<name>[\w()]{1,20}):|\0/g
const NUMBER = /(?<!#x?)\b\d{1,2}\b/i
const MARKED_MOST = 1024
const LETTER_COST = 4

export const DNSSEC: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: ({ chars, at }) => (isAt(chars, at, HEADER) ? BEHIND_MOST : 0),
  isEnd: endsAt(HEADER),
  read: ({ chars, at, budget }) => {
    const from = at + HEADER.length
    const fields = fieldsIn(chars, from, find(chars, HEADER, from, budget), budget)
    const key = keyOf(fields)
    return key && hit(key, 'dnssec', at, fields.end)
  },
}

/** `Name: value` in any wrapping; a value ends where the next name begins. */
function fieldsIn(chars: Uint8Array, from: number, to: number, budget: WorkBudget): Labelled {
  budget.spend(LETTER_COST * (to - from))
  const fields = new Labelled(chars, budget, from)
  let open: { readonly name: string; readonly from: number } | undefined
  const close = (end: number) => {
    if (open !== undefined) fields.add(open.name, { from: open.from, to: end, coding: 'base64' })
    open = undefined
  }
  for (const { 0: whole, index, groups } of latin(chars, from, to).matchAll(MARK)) {
    const written = groups?.['name']
    if (whole !== '\0' && written === undefined) continue
    close(from + index)
    if (written === undefined) return fields
    // In a string the letter of an escaped line end is before it.
    const name = FIELDS.find((field) => written.endsWith(field))
    if (name !== undefined) open = { name, from: from + index + whole.length }
  }
  close(to)
  return fields
}

const CURVES: ReadonlyMap<number, readonly [curve: string, length: number]> = new Map([
  [13, ['P-256', 32]],
  [14, ['P-384', 48]],
  [15, ['Ed25519', 32]],
  [16, ['Ed448', 57]],
])

function keyOf(fields: Labelled): Key | undefined {
  const { budget, number } = fields
  const algorithm = Number(NUMBER.exec(fields.text('Algorithm', MARKED_MOST))?.[0] ?? 0)
  if ([1, 5, 7, 8, 10].includes(algorithm)) return rsaNamed(number, RSA, budget, 'needs n')
  if (algorithm === 3 || algorithm === 6) return groupNamed('dsa', number, DSA, budget)
  const [curve, length] = CURVES.get(algorithm) ?? ['', 0]
  const secret = fields.bytes('PrivateKey')
  if (secret?.length !== length || secret.every((byte) => byte === secret[0])) return undefined
  const key =
    okpKey(curve, secret, undefined, budget) ?? ecKey(curve, secret, undefined, undefined, budget)
  const verification = 'exact in form and length, scalar in range'
  return key && { ...key, certainty: 'verified', verification, isWellFormed: true }
}
