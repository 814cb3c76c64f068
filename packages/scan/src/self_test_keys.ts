/**
 * Private keys that everybody has: those that libraries test themselves with, and those of standards.
 *
 * They lie in the memory of many programs and say nothing about them. Only hashes of their public halves are here.
 *
 * Source: what `mintmark scan` finds in the files of Debian 13 that are named; RFC 8032, section 7.1, test 1; RFC 8410,
 * section 10.3.
 *
 * @module
 */

/** SHA-256 of the SubjectPublicKeyInfo, by who published the key. */
const PUBLISHED: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'openssl speed, apps/testrsa.h',
    [
      'cebf59a465ccd9c42a7f7f6a789cc741d43cacbc502587ed1c5f0f4e445f1c39',
      'd2d8c7d1de1e118e810c15eb7f8d9560a433e15cd55eac52aade81d6669cf133',
      'adadc3246bb4830551c6da143d7462727967bda53059ae6f152323b0aba69595',
      '01e67e56244b43b668e2b9a697daaafcfb501fa78de2fcc4aa32bdae6dd94af6',
      'a6fdc2c6d07aa877e3ac360c2ce5efb69ab7dce2fd8df3c1bce0564b17114bc2',
      '0ea7caf9dd07fd79fe22ceb5efbbd7d4445d231e92ee1bf3b2a022eaffb00495',
      '7055066ee3969c25d66c1b891c252e83db653ae6834cd60e49250a4af73a97fe',
    ],
  ],
  [
    'libgcrypt, self-tests',
    [
      '8980acb6687303451269fd221433fbae2c7bf169b0f2cdc44d48bedb2a824d88',
      '354e92fb237955d1594d2abc296e0bffda2084dffc63cd0568d05a6418899c27',
      '4e48f408c965b4e326a497e548a00dbd3723646ad5733c51e2a04eb29f0c6e3a',
      'deb2ded39dc26fce0e6085b6fc34bf6b5941913bbfe2ea614113cff9e004c170',
    ],
  ],
  [
    'GnuTLS, self-tests',
    [
      '80923669c3e2838b4514750c6a76c1f65dc22da15e8d87194b49a5ab463126e2',
      'cc6c0dbf3e76a3d6dafb708e38556ecc6fbcd172dba90aa6a786677214febd4a',
      '215fde895c12883e29036f5bd38c22467657f3cabbc77d7e9e328ab5f4ae39f2',
      '6e1900f654edb2e599930c8a287c7263ea170f010826630893227e7cec221586',
      '965237ca6ba836733f2b6436d66516dc01ef2d58825d3b4aa6b9061a76c7a9ce',
      '5bd7bad40971be901e68d9b97405c3a3e996adbede885869b270185ad499108e',
      'dd0701715ac41b7b96a2c8fe7a762b0ee05215f4f21c44d9458f1d2e2d57427d',
      '5a9214aa789ffe021992636dd17ca313f340948e604d4122735160f3d46688a0',
    ],
  ],
  // What browsers attest virtual authenticators with (seen in Chromium).
  [
    'FIDO U2F raw message formats, registration example',
    ['c98993ec4f77b4997a081a5e5990c7cf6b0ceeb7b27bc7312a3cc351921531a9'],
  ],
  ['RFC 8032', ['06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9']],
  ['RFC 8410', ['a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f']],
])

const ORIGINS: ReadonlyMap<string, string> = new Map(
  [...PUBLISHED].flatMap(([origin, ids]) => ids.map((id) => [id, origin] as const)),
)

/** Who published the private key with this public half; undefined of all other keys. */
export function selfTestOrigin(spkiSha256: string | undefined): string | undefined {
  return spkiSha256 === undefined ? undefined : ORIGINS.get(spkiSha256)
}
