import { dovecotEvents } from './dovecot/events.ts'
import { dovecotLog } from './dovecot/log.ts'
import { directory } from './identity/directory.ts'
import { entraAuditDiagnostic, entraAuditGraph, entraAuditTable } from './identity/entra_audit.ts'
import { entraPortalCsv } from './identity/entra_portal.ts'
import { entraDiagnostic, entraGraph, entraLogAnalytics } from './identity/entra_sign_ins.ts'
import { folderInventory } from './identity/folder_inventory.ts'
import {
  aadGraphActivity,
  graphActivityRaw,
  graphActivityTable,
  graphApiAuditEvents,
} from './identity/graph_activity.ts'
import { keycloakEvents, keycloakLog } from './identity/keycloak.ts'
import { mintmarkAccess, mintmarkIssuance, mintmarkPeriod } from './identity/plain_ndjson.ts'
import { entraOther, localTimesCsv } from './identity/unread.ts'
import type { Adapter } from './model/adapter.ts'
import {
  api,
  cloudAppEvents,
  graphQuery,
  officeActivityCsv,
  officeActivityJson,
  splunkJson,
} from './ual/api_shapes.ts'
import { cmdletCsv, cmdletJson, purviewCsv, splunkCsv } from './ual/cmdlet_shapes.ts'
import { elastic } from './ual/elastic.ts'

/**
 * Every shape in which a unified audit log is exported. One logical record gives the same access in each of them, save for
 * fields that a shape does not carry. No row is accepted by two of them; the cheapest test comes first.
 */
export const ualAdapters: readonly Adapter[] = [
  api,
  purviewCsv,
  splunkCsv,
  cmdletCsv,
  cmdletJson,
  graphQuery,
  cloudAppEvents,
  officeActivityCsv,
  officeActivityJson,
  elastic,
  splunkJson,
]

/** The first that accepts a row reads it: the narrow ones are before `entra-other` and `directory`. */
export const identityAdapters: readonly Adapter[] = [
  localTimesCsv,
  mintmarkAccess,
  mintmarkIssuance,
  mintmarkPeriod,
  entraDiagnostic,
  entraAuditDiagnostic,
  graphActivityRaw,
  ...entraLogAnalytics,
  ...entraGraph,
  entraPortalCsv,
  ...graphApiAuditEvents,
  ...aadGraphActivity,
  ...graphActivityTable,
  entraAuditGraph,
  ...entraAuditTable,
  keycloakEvents,
  keycloakLog,
  folderInventory,
  entraOther,
  directory,
]

/** Every adapter that there is. The first that accepts a row reads it: the narrow come before the wide. */
export const adapters: readonly Adapter[] = [
  ...ualAdapters,
  dovecotEvents,
  dovecotLog,
  ...identityAdapters,
]
