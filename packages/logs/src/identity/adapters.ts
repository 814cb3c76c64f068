/**
 * Every shape in which an identity provider, Graph, a directory or any other system joins a case.
 *
 * @module
 */
import type { Adapter } from '../model/adapter.ts'
import { directory } from './directory.ts'
import { entraAuditDiagnostic, entraAuditGraph, entraAuditTable } from './entra_audit.ts'
import { entraOther } from './entra_other.ts'
import { entraPortalCsv } from './entra_portal.ts'
import { entraDiagnostic, entraGraph, entraLogAnalytics } from './entra_sign_ins.ts'
import { folderInventory } from './folder_inventory.ts'
import {
  aadGraphActivity,
  graphActivityRaw,
  graphActivityTable,
  graphApiAuditEvents,
} from './graph_activity.ts'
import { keycloakEvents, keycloakLog } from './keycloak.ts'
import { localTimesCsv } from './local_times.ts'
import { mintmarkAccess, mintmarkIssuance, mintmarkPeriod } from './plain_ndjson.ts'

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
