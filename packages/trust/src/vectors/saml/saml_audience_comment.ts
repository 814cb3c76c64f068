import { audienceOf, SamlForge } from '../../forge/saml.ts'
import { SAML_COMMENT } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlAudienceComment: Vector = {
  id: 'saml-audience-comment',
  family: 'saml',
  axis: 'audience',
  level: 'required',
  what: 'A comment splits the audience; what is before it is the genuine one.',
  forbiddenBy: 'SAML 2.0 Core, section 2.5.1.4',
  incident: 'CVE-2017-11427 and its kin: comments cut texts',
  settings: SAML_COMMENT,
  forge: (forge) =>
    new SamlForge(forge)
      .response({ restriction: audienceOf(`${forge.issuer.audience}-other`) })
      .replace('-other<', '<!---->-other<'),
}
