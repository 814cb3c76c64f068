import { SamlForge } from '../../forge/saml.ts'
import { SAML_SIGNED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlUnsigned: Vector = {
  id: 'saml-unsigned',
  family: 'saml',
  axis: 'signature',
  level: 'required',
  what: 'Neither the response nor its assertion is signed.',
  forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
  settings: SAML_SIGNED,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    return saml.responseXml(saml.assertionXml(saml.assertion()), saml.envelope())
  },
}
