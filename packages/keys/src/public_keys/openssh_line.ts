/**
 * OpenSSH public keys: blobs, and lines of `id_*.pub`, `authorized_keys`, `known_hosts`. Source:
 * RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, sshd(8), PROTOCOL.certkeys.
 */
import { curveNamed } from '../arithmetic/curves.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import type { Curve } from '../material/key_material.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { groupMaterial } from '../public_half/group_spki.ts'
import { LengthPrefixed } from './length_prefixed.ts'
import { type PublicMaterial, pointKey, rsaKey } from './spki_key.ts'

const CURVES_BY_NAME: ReadonlyMap<string, Curve> = new Map([
  ['ecdsa-sha2-nistp256', 'P-256'],
  ['ecdsa-sha2-nistp384', 'P-384'],
  ['ecdsa-sha2-nistp521', 'P-521'],
])

const CERTIFICATE = '-cert-v01@openssh.com'

/** The key of a blob that begins at 0; what is behind it is ignored. */
export function keyOfSshBlob(
  blob: Uint8Array,
  budget: WorkBudget = UNLIMITED,
): PublicMaterial | undefined {
  budget.spend(2000)
  const strings = new LengthPrefixed(blob)
  const name = strings.name()
  const plain = name.endsWith(CERTIFICATE) ? name.slice(0, -CERTIFICATE.length) : name
  // A certificate has a nonce before the key.
  if (plain !== name) strings.string()
  if (plain === 'ssh-rsa') {
    const [e, n] = [strings.string(), strings.string()]
    return e && n && rsaKey(fromBigEndian(n, budget), fromBigEndian(e, budget))
  }
  if (plain === 'ssh-ed25519') {
    const publicKey = strings.string()
    if (publicKey?.length !== 32) return undefined
    return {
      type: 'okp',
      curve: 'Ed25519',
      publicKey: Uint8Array.from(publicKey),
      secret: undefined,
    }
  }
  if (plain === 'ssh-dss') return dsaKey(strings, budget)
  const curve = CURVES_BY_NAME.get(plain)
  if (curve === undefined) return undefined
  strings.string()
  const point = strings.string()
  return point && pointKey(curveNamed(curve), point, budget)
}

const LEAST_GROUP = 64
const LEAST_ORDER = 16

/** RFC 4253, section 6.6: p, q, g, y. */
function dsaKey(strings: LengthPrefixed, budget: WorkBudget): PublicMaterial | undefined {
  const [p, q, g, y] = [1, 2, 3, 4].map(() => strings.string())
  if (p === undefined || q === undefined || g === undefined || y === undefined) return undefined
  // What groupMaterial turns down, before numbers are made of it.
  if (p.length < LEAST_GROUP || q.length < LEAST_ORDER) return undefined
  return groupMaterial({
    kind: 'dsa',
    p: fromBigEndian(p, budget),
    q: fromBigEndian(q, budget),
    g: fromBigEndian(g, budget),
    y: fromBigEndian(y, budget),
  })
}

/** Where a line's key begins: its type, then base64 that begins with the length of that type. */
const KEY_IN_LINE =
  /(?:^|[\s,])(?:ssh-rsa|ssh-dss|ssh-ed25519|ecdsa-sha2-nistp\d{3})(?:-cert-v01@openssh\.com)? +(AAAA[\w+/]{40,30000}={0,2})/

export function keyOfSshLine(
  line: string,
  budget: WorkBudget = UNLIMITED,
): PublicMaterial | undefined {
  const base64 = KEY_IN_LINE.exec(line)?.[1]
  return base64 === undefined ? undefined : keyOfSshBlob(Buffer.from(base64, 'base64'), budget)
}
