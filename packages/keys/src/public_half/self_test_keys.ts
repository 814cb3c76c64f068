/**
 * Published private keys of libraries' self-tests (Debian 13) and standards, as hashes of their
 * public halves.
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
      // P-192 (ecdsa_secp192r1_privkey).
      'c305f632b9f12913e548002d5e48435fccfb7a54f4e6f2255c055d9b99794b69',
    ],
  ],
  [
    'GnuTLS, benchmarks of gnutls-cli',
    [
      'ec35b9d2a919ac42aa4ab076f4790bbd1a22b9002d1da68b01928b13db3f559e',
      '2644b62ddc46a6f3e588597cdf779f4e0d21eb5b71dda6862b63117ec1af9739',
      '980ba340b591afc2404e61f2ab4d16ea2a6437cb2b314ac48fa77fba9c3c5247',
    ],
  ],
  // Part of its library (libcrypto++ 8.9).
  [
    'Crypto++, tests of FIPS 140',
    [
      '14a79bc1d1ef152ea45c5119bf731e4cd31eac0cb78b6a462369849ded3af14f',
      '8f1bc1efd682c46fb767861452d52ffaeb5d4a8b422dc42fac2e431c467eed05',
      'a9e62ce8fbd73270dcdac8d4a0bc93c2cd89890da7202fe454b9095df2cc501e',
      'caa84b2f70a556a26ef626221a418a7b511f8e41a802349cee77f8424e92b24b',
    ],
  ],
  // `go build` reads the tests beside (seen in Go 1.24.4's heap, golang-1.24-src of Debian 13).
  [
    'Go, tests of its standard library',
    [
      '8fb6bad671cfe698393c453357da61b56d757ab8c0f3fb9c87f2849e63131878',
      '6c6f211b38eb2e24d0e1f042e8da8245fccf15fa415afcf62284bea8f5cca4f3',
      'a966992050beefe356dd2219c30595377e991748f14dbb4e0c24935e15721a3c',
      'b2826a5439e55ac291fc97314e5f1beadb7aa77982a0f6c741975544000b2188',
      '540101906e8daff636d6cd4b16d3607921383c2aa511eebc4d49f3e58521f320',
      'd5b9cfda5e2be4d90eb52bfac16d4d2f3d9dd71cce1f0eb590b9477b97f1e17c',
      'de600bb9cc846f37396da95d77456c7d459a5f2111b4d5d5dc7476a3e5fe457d',
      '226acd9b52f5731987d46521bbe02fa88045f9eb0c4a262690022d23cbb5eef2',
      'bbb3a427090d44d741d44bf7171a179dd4c9a7fdac3a2e649f2f6fa0488aadc9',
      '26be8791d8fcde93fbd2bfd2751ef576d65e391e3f7b9d559f3a75998183c044',
      'e97178009fc19e705c9257bae47fc004100da041363792d493098ac7fea922e9',
      '76a40ff8b96916f035544e3262130c75dbade42f419b89e8c3445836bc644bf0',
      'e156fa5bb9673db29989c7bfd2faedda7df13f221df0a203b5701862a2b85757',
      'ce3aa306f6b578932664a6ef81bead27247efec825737b4b4cf1c5676c099e8f',
      'e555ba0f897df86c368eeafd700a179cc4a5e89d0f538c435d0ac014d8b37279',
      '8a5fdde85272b99dbd9fbd33f17dad5cd72ca34ff9aea3a86e99dd173a41ae38',
      'b17e5afeb3f040d8d765e40b47107c6910e32889c2edaa85c4807b2212ef9be8',
      '42f96fdc5aed75bad1c549f968d79c438b6b6754ec984ea1f83b53891bbb5aab',
      '7f0b5d3ddbc5ebfd79b0504a85911cf5c60e8812df9d8fd3c59ad213a3d3e36d',
      'b337a83e33a5f5d69151a0363ccba50af9d1a80cb7c3f8f944a159334a3adb3c',
      'e7c98a2e73e33d7de4216988d748b814cded1b9b9b73b7ea83eadfc99a8d827d',
      'd3f406287409d4f7479f43c1a57b472a3a60c2907a218870f34e948bc84359ba',
      '9a9e5b0f404f4e2d4386e38b04ac91e535946dc2a7f8d84a31404b476e5c35e1',
      '389f9ede520dbc33d2aebc489246ad89e221d1ec15f693c348c58b08219367aa',
      'c7f489851840a675319fc8398596602c3fc8cd941eec70a08724a56e3d118739',
      'fc7575b99276181ddc2ceded6d0c4a423b025ae39a0a1f94363dd2545f0331a4',
    ],
  ],
  // Its tests are part of its library (libdovecot 2.4.1), and so of each of its processes.
  [
    'Dovecot, tests of its TLS streams',
    ['67b41cdcfec69306353dbf30afa3c0e06c38308ce0f61e35611cc7f2153080d5'],
  ],
  // It probes for algorithms with this (jose_server, erlang-jose 1.11.10; seen in ejabberd).
  [
    'jose for Erlang, its server',
    [
      'a61cd0f9e2e13cb9661c228195075f632a6acbf300fa358b2be175d73bfa424a',
      '3507da288e0f3dc19090be5e87c6102a01a36e3aed77b862521c964ba2ffa677',
    ],
  ],
  // What browsers attest virtual authenticators with (seen in Chromium).
  [
    'FIDO U2F raw message formats, registration example',
    ['c98993ec4f77b4997a081a5e5990c7cf6b0ceeb7b27bc7312a3cc351921531a9'],
  ],
  [
    'WireGuard, manual pages wg(8) and wg-quick(8)',
    ['9eef1d5e8fb1105e11de63768f1e5e8c2e2c2a69b1fd6946699aca827e8d43a1'],
  ],
  [
    'systemd, manual page systemd.netdev(5)',
    ['fcac25a44ecbf1a6c85a61eedc1758d62bb23915258f4fd84b368fd39db47d67'],
  ],
  ['RFC 7515, appendix A.2', ['6fd13c2435a361e7c588cd17f55f5ad3df0177a66c1727a6a200845f4d7ab88c']],
  ['RFC 7515, appendix A.3', ['2bd1bb0c44a897c30a7aa0991cde38d8062fe441de50da0f46825344f602e827']],
  ['RFC 7515, appendix A.4', ['9146ce73d6abeda5e0ab6926e7bd9b563f2f2258b488d520534a0b84ba5871df']],
  ['RFC 7516, appendix A.1', ['bf0a7a74f9afb6edda89ebabe824241bfdb281db2da50daae9973c6cbe99fe95']],
  [
    'RFC 7517, appendix A.2',
    [
      '51b944cdfa544d4c3273aa6bf350625a7dd53bbb6a71723274f538b19a207760',
      'ad32320cf6c596d884b05381ba573aba8ddd5749b4de8f4a23a79f9a89ddaeb2',
    ],
  ],
  ['RFC 7520, section 3.2', ['c6479a15a50ac4cd9b6414e27c69bf37345dc1046dc648875c4898fbd35cc74b']],
  ['RFC 7520, section 3.4', ['627771f25da426d1f9ae315e42106d700b1529850eee1592acf39603959d795d']],
  ['RFC 8032', ['06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9']],
  ['RFC 8410', ['a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f']],
])

const ORIGINS: ReadonlyMap<string, string> = new Map(
  [...PUBLISHED].flatMap(([origin, ids]) => ids.map((id) => [id, origin] as const)),
)

export function selfTestOrigin(spkiSha256: string | undefined): string | undefined {
  return spkiSha256 === undefined ? undefined : ORIGINS.get(spkiSha256)
}
