import { SamlForge } from '../../forge/saml.ts'
import { SAML_SIGNED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlResponseOnly: Vector = {
  id: 'saml-response-only',
  family: 'saml',
  axis: 'signature',
  level: 'advisory',
  what: 'The response is signed, and its assertion is not.',
  forbiddenBy: 'SAML 2.0 Core, section 5.3, leaves it open',
  settings: SAML_SIGNED,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    return saml.signedResponse(saml.assertionXml(saml.assertion()), saml.envelope())
  },
}
