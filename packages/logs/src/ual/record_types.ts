/**
 * Record types of the unified audit log: exports write the number, the number as text, or the name.
 * Source: Office 365 Management Activity API schema, enumeration AuditLogRecordType.
 */
import { plain } from './fields.ts'

export const EXCHANGE_ADMIN = 1
const EXCHANGE_ITEM = 2
const EXCHANGE_ITEM_GROUP = 3
const DIRECTORY = 8
export const STS_LOGON = 15
const EXCHANGE_AGGREGATED = 19
const EXCHANGE_ITEM_AGGREGATED = 50
export const DLP_ENDPOINT = 63
export const OWA_AUTH = 275

const MAX_RECORD_TYPE = 65_535

/** Names of consecutive numbers, with the first number; `-` for a number without a name. */
const RUNS: readonly (readonly [first: number, names: string])[] = [
  [
    1,
    'ExchangeAdmin ExchangeItem ExchangeItemGroup SharePoint SyntheticProbe ' +
      'SharePointFileOperation OneDrive AzureActiveDirectory ' +
      'AzureActiveDirectoryAccountLogon DataCenterSecurityCmdlet ComplianceDLPSharePoint ' +
      'Sway ComplianceDLPExchange SharePointSharingOperation AzureActiveDirectoryStsLogon ' +
      'SkypeForBusinessPSTNUsage SkypeForBusinessUsersBlocked ' +
      'SecurityComplianceCenterEOPCmdlet ExchangeAggregatedOperation PowerBIAudit CRM ' +
      'Yammer SkypeForBusinessCmdlets Discovery MicrosoftTeams - - ThreatIntelligence ' +
      'MailSubmission MicrosoftFlow AeD MicrosoftStream ' +
      'ComplianceDLPSharePointClassification ThreatFinder Project SharePointListOperation ' +
      'SharePointCommentOperation DataGovernance Kaizala SecurityComplianceAlerts ' +
      'ThreatIntelligenceUrl SecurityComplianceInsights MIPLabel WorkplaceAnalytics ' +
      'PowerAppsApp PowerAppsPlan ThreatIntelligenceAtpContent LabelContentExplorer ' +
      'TeamsHealthcare ExchangeItemAggregated HygieneEvent DataInsightsRestApiAudit ' +
      'InformationBarrierPolicyApplication SharePointListItemOperation ' +
      'SharePointContentTypeOperation SharePointFieldOperation MicrosoftTeamsAdmin HRSignal ' +
      'MicrosoftTeamsDevice MicrosoftTeamsAnalytics InformationWorkerProtection Campaign ' +
      'DLPEndpoint AirInvestigation Quarantine MicrosoftForms ApplicationAudit ' +
      'ComplianceSupervisionExchange CustomerKeyServiceEncryption OfficeNative ' +
      'MipAutoLabelSharePointItem MipAutoLabelSharePointPolicyLocation MicrosoftTeamsShifts ' +
      '- MipAutoLabelExchangeItem CortanaBriefing - WDATPAlerts - - - ' +
      'SensitivityLabelPolicyMatch SensitivityLabelAction SensitivityLabeledFileAction ' +
      'AttackSim AirManualInvestigation SecurityComplianceRBAC UserTraining ' +
      'AirAdminActionInvestigation MSTIC PhysicalBadgingSignal - AipDiscover ' +
      'AipSensitivityLabelAction AipProtectionAction AipFileDeleted AipHeartBeat MCASAlerts ' +
      'OnPremisesFileShareScannerDlp OnPremisesSharePointScannerDlp ExchangeSearch ' +
      'SharePointSearch PrivacyInsights - MyAnalyticsSettings SecurityComplianceUserChange ' +
      'ComplianceDLPExchangeClassification - MipExactDataMatch - - - MS365DCustomDetection',
  ],
  [147, 'CoreReportingSettings ComplianceConnector'],
  [154, 'OMEPortal'],
  [174, 'DataShareOperation'],
  [
    181,
    'EduDataLakeDownloadOperation - MicrosoftGraphDataConnectOperation - - PowerPagesSite ' +
      '- PlannerPlan PlannerCopyPlan PlannerTask PlannerRoster PlannerPlanList ' +
      'PlannerTaskList PlannerTenantSettings ProjectForTheWebProject ProjectForTheWebTask ' +
      'ProjectForTheWebRoadmap ProjectForTheWebRoadmapItem ProjectForTheWebProjectSettings ' +
      'ProjectForTheWebRoadmapSettings',
  ],
  [216, 'VivaGoals MicrosoftGraphDataConnectConsent'],
  [230, 'TeamsUpdates PlannerRosterSensitivityLabel'],
  [275, 'OWAAuth'],
  [294, 'AadRiskDetection AuditSearch'],
  [373, 'OutlookCopilotAutomation'],
]

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...RUNS.flatMap(([first, names]) =>
    names
      .split(' ')
      .map((name, at) => [name.toLowerCase(), first + at] as const)
      .filter(([name]) => name !== '-'),
  ),
  // Spellings of older documentation and of the audit search portal.
  ['sharepointsharing', 14],
  ['azureactivedirectoryaccountlogonevent', 9],
])

/** The record type's number, from a number, a numeric text or a name; 0 for any other value. */
export function recordTypeOf(value: unknown): number {
  if (typeof value === 'number') return bounded(value)
  const spelled = plain(value)
  if (spelled === '') return 0
  const first = spelled.charCodeAt(0)
  if (first >= 0x30 && first <= 0x39) return bounded(Number(spelled))
  return BY_NAME.get(spelled.replaceAll(' ', '').toLowerCase()) ?? 0
}

const bounded = (number: number): number =>
  number >= 0 && number <= MAX_RECORD_TYPE ? Math.trunc(number) : 0

export const isMailboxRecord = (recordType: number): boolean =>
  recordType === EXCHANGE_ITEM_AGGREGATED ||
  recordType === EXCHANGE_ITEM ||
  recordType === EXCHANGE_ITEM_GROUP ||
  recordType === EXCHANGE_AGGREGATED

const EXCHANGE_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 19, 50, 101, 275])
const SHAREPOINT_TYPES: ReadonlySet<number> = new Set([4, 6, 14, 36, 37, 54, 55, 56, 102])

/** The service that writes records of a type, for exports that leave `Workload` out; `''` if unsure. */
export function serviceOfType(recordType: number): string {
  if (EXCHANGE_TYPES.has(recordType)) return 'Exchange'
  if (SHAREPOINT_TYPES.has(recordType)) return 'SharePoint'
  if (recordType === 7) return 'OneDrive'
  if (recordType === 25) return 'MicrosoftTeams'
  if (recordType === DLP_ENDPOINT) return 'Endpoint'
  return recordType === DIRECTORY || recordType === STS_LOGON ? 'AzureActiveDirectory' : ''
}
