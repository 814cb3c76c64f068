/** Text anchors, for letters one byte apart and two; four for PEM and JWK. */
import type { Anchor } from '../../anchors/anchor.ts'
import { textAnchors } from '../../text/text_run.ts'
import { AGE_IDENTITY, AGE_PREFIX } from './bech32_keys.ts'
import { DNSSEC } from './dnssec.ts'
import { keyXml } from './dotnet_xml.ts'
import { HEADERLESS_ANCHORS } from './headerless_base64.ts'
import { JWK_ANCHORS } from './jwk.ts'
import { PEM } from './pem.ts'
import { PUTTY } from './putty.ts'
import { SEXP_ANCHORS } from './sexp.ts'
import { ENTRA_REFRESH, JOSE, prefixedToken, refreshToken } from './token.ts'
import { WIREGUARD, WIREGUARD_NAME } from './wireguard.ts'

export const TEXT_ANCHORS: readonly Anchor[] = [
  ...textAnchors('pem', '-----BEGIN ', PEM, [1, 2, 4]),
  ...HEADERLESS_ANCHORS,
  ...textAnchors('age', AGE_PREFIX, AGE_IDENTITY),
  ...textAnchors('putty', 'PuTTY-User-Key-File-', PUTTY),
  ...JWK_ANCHORS,
  ...['RSAKeyValue', 'RSAKeyPair', 'DSAKeyValue'].flatMap((element) =>
    textAnchors(`xml-${element}`, element, keyXml(element)),
  ),
  ...textAnchors('dnssec', 'Private-key-format:', DNSSEC),
  ...textAnchors('wireguard', WIREGUARD_NAME, WIREGUARD),
  ...SEXP_ANCHORS,
  ...textAnchors('jose', 'eyJ', JOSE),
  ...['refresh_token', 'refreshToken', 'RefreshToken'].flatMap((name) =>
    textAnchors(`refresh-${name}`, name, refreshToken(name)),
  ),
  ...['.AgABA', '.AQABA'].flatMap((text) => textAnchors(`entra${text}`, text, ENTRA_REFRESH)),
  ...textAnchors('google-refresh', '1//0', prefixedToken('1//0', 'Google')),
  ...textAnchors('github-refresh', 'ghr_', prefixedToken('ghr_', 'GitHub')),
]
