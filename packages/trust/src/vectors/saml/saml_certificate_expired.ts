import { SamlForge } from '../../forge/saml.ts'
import { SAML_CERTIFICATE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlCertificateExpired: Vector = {
  id: 'saml-certificate-expired',
  family: 'saml',
  axis: 'key',
  level: 'advisory',
  what: 'Signed by a key of the metadata whose certificate has expired.',
  forbiddenBy: 'SAML 2.0 Metadata Interoperability Profile, section 2.6.1, leaves it open',
  settings: SAML_CERTIFICATE,
  forge: (forge) => new SamlForge(forge).response({}, {}, 'saml-expired'),
}
