/** All verifiers of the laboratory, in the order of the table. */
import type { Specimen } from './specimen.ts'
import { awsJwtVerify } from './verifiers/aws_jwt_verify.ts'
import { dovecotOauthbearer, dovecotXoauth2 } from './verifiers/dovecot.ts'
import { expressJwt } from './verifiers/express_jwt.ts'
import { expressOauth2 } from './verifiers/express_oauth2.ts'
import { fastJwt } from './verifiers/fast_jwt.ts'
import { fastifyJwtSpecimen } from './verifiers/fastify_jwt.ts'
import { hono } from './verifiers/hono.ts'
import { jose } from './verifiers/jose.ts'
import { jsonwebtoken } from './verifiers/jsonwebtoken.ts'
import { nginx } from './verifiers/nginx.ts'
import { nodeJose } from './verifiers/node_jose.ts'
import { nodeSaml } from './verifiers/node_saml.ts'
import { oauth4webapi } from './verifiers/oauth4webapi.ts'
import { okta } from './verifiers/okta.ts'
import { openidClient } from './verifiers/openid_client.ts'
import { passportJwt } from './verifiers/passport_jwt.ts'
import { goJose, golangJwt, jose4j, pyjwt } from './verifiers/programs.ts'
import { samlify } from './verifiers/samlify.ts'
import { xmlCrypto } from './verifiers/xml_crypto.ts'

export const SPECIMENS: readonly Specimen[] = [
  jose,
  jsonwebtoken,
  expressJwt,
  passportJwt,
  fastJwt,
  fastifyJwtSpecimen,
  hono,
  expressOauth2,
  oauth4webapi,
  openidClient,
  awsJwtVerify,
  nodeJose,
  okta,
  nodeSaml,
  samlify,
  xmlCrypto,
  pyjwt,
  golangJwt,
  goJose,
  jose4j,
  nginx,
  dovecotOauthbearer,
  dovecotXoauth2,
]
