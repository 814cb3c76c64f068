/**
 * RecordType 275: the mail service issued a token for itself.
 *
 * Inference, not observation: only the schema page names the record type, and no sample was found; in 2023
 * customers had no such record. The replay writes it for a part of the tenants as if they had.
 *
 * Source: Office 365 Management Activity API schema, "OWAAuth"; Graph `owaGetAccessTokenForResourceAuditRecord`.
 *
 * @module
 */
import { type AuditRecord, auditRecord, type Token } from '../world/events.ts'
import { guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import type { Organisation, Person } from '../world/world.ts'

export function owaTokenRecord(
  of: Organisation,
  owner: Person,
  token: Token,
  parent: Token,
  random: Random,
): AuditRecord {
  return auditRecord({
    atMs: token.atMs,
    id: guid(random),
    recordType: 275,
    operation: 'GetAccessTokenForResource',
    workload: 'Exchange',
    userId: owner.upn,
    userKey: owner.puid,
    ip: token.ip,
    extra:
      `,"AppAccessContext":{"AADSessionId":"${parent.session}","UniqueTokenId":"${parent.id.uti}"}` +
      `,"UniqueTokenIdentifier":"${token.id.uti}","ResourceURL":"https://outlook.${of.domain}"` +
      `,"TokenObjectId":"${token.holder}","TokenTenantId":"${of.tenant}","ApplicationId":"${token.app.id}"`,
  })
}
