/**
 * Logs that a question needs, and how each is had. Source: Microsoft Learn on the named commands.
 *
 * @module
 */

/** A log or list that a question may need. */
export type Need =
  | 'mail-accesses'
  | 'interactive'
  | 'non-interactive'
  | 'service-principal'
  | 'managed-identity'
  | 'token'
  | 'folders'
  | 'directory'

export interface HowToExport {
  readonly name: string
  /** In the portal. */
  readonly portal: string
  /** In a shell or as a request. */
  readonly command: string
  readonly licence: string
  /** Days after which the source deletes a record, by its usual licence; 0: it says nothing of that. */
  readonly keptDays: number
}

const signIns = (tab: string, type: string): HowToExport => ({
  name: `${tab} sign-ins`,
  portal: `Entra admin centre > Monitoring & health > Sign-in logs > ${tab} > Download JSON`,
  command: `GET https://graph.microsoft.com/beta/auditLogs/signIns?$filter=signInEventTypes/any(t:t%20eq%20'${type}')`,
  licence:
    'kept 30 days with Entra P1 or P2, 7 days with Free; longer where a diagnostic setting stores them',
  keptDays: 30,
})

export const EXPORTS: Readonly<Record<Need, HowToExport>> = {
  'mail-accesses': {
    name: 'mail accesses of the unified audit log',
    portal: 'Microsoft Purview > Solutions > Audit > Search, activity MailItemsAccessed > Export',
    command:
      'Search-UnifiedAuditLog -Operations MailItemsAccessed -SessionCommand ReturnLargeSet -HighCompleteness',
    licence: 'kept 180 days with Audit Standard, 365 days with Audit Premium (E5, G5)',
    keptDays: 180,
  },
  interactive: signIns('User (interactive)', 'interactiveUser'),
  'non-interactive': signIns('User (non-interactive)', 'nonInteractiveUser'),
  'service-principal': signIns('Service principal', 'servicePrincipal'),
  'managed-identity': signIns('Managed identity', 'managedIdentity'),
  token: {
    name: "issued tokens of the identity provider's own log",
    portal: 'Keycloak admin console > Realm settings > Events > User events settings > Save events',
    command:
      'mintmark ledger export LEDGER, or kcadm.sh get events -r REALM -q first=0 -q max=10000',
    licence: 'kept as long as the provider is told to',
    keptDays: 0,
  },
  folders: {
    name: 'folder statistics of each mailbox',
    portal: 'none',
    command: 'Get-EXOMailboxFolderStatistics -Identity MAILBOX | Export-Csv folders.csv',
    licence: 'counts of the day of the export',
    keptDays: 0,
  },
  directory: {
    name: 'a directory of the users',
    portal: 'Entra admin centre > Users > Download users',
    command:
      'GET https://graph.microsoft.com/v1.0/users?$select=id,userPrincipalName,displayName,companyName,department',
    licence: 'any',
    keptDays: 0,
  },
}
