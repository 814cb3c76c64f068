/** Why a public key cannot be searched for, in words that quote nothing of it. */
import { pqSchemeOfOid } from '../der_keys/post_quantum.ts'
import { curveOfParameters } from '../der_keys/sec1.ts'
import { UNLIMITED } from '../material/work_budget.ts'
import { GROUP_KINDS } from '../public_half/group_spki.ts'
import { EC_OIDS, RSA_OIDS, spkiParts } from '../public_half/spki.ts'

/** Why `keyOfSpki` gives no key for a SubjectPublicKeyInfo; undefined for other bytes. */
export function spkiProblem(spki: Uint8Array): string | undefined {
  const parts = spkiParts(spki)
  if (parts === undefined) return undefined
  const { oid, parameters } = parts
  const scheme = pqSchemeOfOid(oid)
  if (scheme?.kind === 'slh-dsa') {
    return `a public key of ${scheme.name} cannot be looked for: its private half is found only where it shows itself`
  }
  if (scheme !== undefined) return `a public key of ${scheme.name} of another length`
  if (RSA_OIDS.has(oid)) return 'an RSA key whose numbers are none of a key of 256 to 16384 bits'
  if (GROUP_KINDS.has(oid)) return 'a key of DSA or DH whose numbers do not fit each other'
  if (!EC_OIDS.has(oid)) return 'a public key of an algorithm that is not looked for'
  const isKnown =
    parameters !== undefined && curveOfParameters(spki, parameters, UNLIMITED) !== undefined
  return isKnown ? 'a point that is none of its curve' : 'a key of a curve that is not looked for'
}

/** Where a line of OpenSSH has the type of its key, and base64 that begins with a length. */
const TYPE_IN_LINE = /(?:^|[\s,])((?:sk-|ssh-|ecdsa-)[\w@.-]{2,60}) +AAAA[\w+/]{40}/

/** Of a line for which `keyOfSshLine` gives none; undefined where it is no such line. */
export function sshLineProblem(line: string): string | undefined {
  const type = TYPE_IN_LINE.exec(line)?.[1]
  if (type === undefined) return undefined
  return type.startsWith('sk-')
    ? 'a key of OpenSSH whose private half is in a security key cannot be looked for'
    : 'a key of OpenSSH is damaged, or of a type that is not looked for'
}
