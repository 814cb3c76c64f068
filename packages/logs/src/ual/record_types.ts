/**
 * Record types of the unified audit log: exports write the number, the number as text, or the name.
 *
 * Source: Office 365 Management Activity API schema, enumeration AuditLogRecordType.
 *
 * @module
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

const NAMES: Readonly<Record<number, string>> = {
  1: 'ExchangeAdmin',
  2: 'ExchangeItem',
  3: 'ExchangeItemGroup',
  4: 'SharePoint',
  5: 'SyntheticProbe',
  6: 'SharePointFileOperation',
  7: 'OneDrive',
  8: 'AzureActiveDirectory',
  9: 'AzureActiveDirectoryAccountLogon',
  10: 'DataCenterSecurityCmdlet',
  11: 'ComplianceDLPSharePoint',
  12: 'Sway',
  13: 'ComplianceDLPExchange',
  14: 'SharePointSharingOperation',
  15: 'AzureActiveDirectoryStsLogon',
  16: 'SkypeForBusinessPSTNUsage',
  17: 'SkypeForBusinessUsersBlocked',
  18: 'SecurityComplianceCenterEOPCmdlet',
  19: 'ExchangeAggregatedOperation',
  20: 'PowerBIAudit',
  21: 'CRM',
  22: 'Yammer',
  23: 'SkypeForBusinessCmdlets',
  24: 'Discovery',
  25: 'MicrosoftTeams',
  28: 'ThreatIntelligence',
  29: 'MailSubmission',
  30: 'MicrosoftFlow',
  31: 'AeD',
  32: 'MicrosoftStream',
  33: 'ComplianceDLPSharePointClassification',
  34: 'ThreatFinder',
  35: 'Project',
  36: 'SharePointListOperation',
  37: 'SharePointCommentOperation',
  38: 'DataGovernance',
  39: 'Kaizala',
  40: 'SecurityComplianceAlerts',
  41: 'ThreatIntelligenceUrl',
  42: 'SecurityComplianceInsights',
  43: 'MIPLabel',
  44: 'WorkplaceAnalytics',
  45: 'PowerAppsApp',
  46: 'PowerAppsPlan',
  47: 'ThreatIntelligenceAtpContent',
  48: 'LabelContentExplorer',
  49: 'TeamsHealthcare',
  50: 'ExchangeItemAggregated',
  51: 'HygieneEvent',
  52: 'DataInsightsRestApiAudit',
  53: 'InformationBarrierPolicyApplication',
  54: 'SharePointListItemOperation',
  55: 'SharePointContentTypeOperation',
  56: 'SharePointFieldOperation',
  57: 'MicrosoftTeamsAdmin',
  58: 'HRSignal',
  59: 'MicrosoftTeamsDevice',
  60: 'MicrosoftTeamsAnalytics',
  61: 'InformationWorkerProtection',
  62: 'Campaign',
  63: 'DLPEndpoint',
  64: 'AirInvestigation',
  65: 'Quarantine',
  66: 'MicrosoftForms',
  67: 'ApplicationAudit',
  68: 'ComplianceSupervisionExchange',
  69: 'CustomerKeyServiceEncryption',
  70: 'OfficeNative',
  71: 'MipAutoLabelSharePointItem',
  72: 'MipAutoLabelSharePointPolicyLocation',
  73: 'MicrosoftTeamsShifts',
  75: 'MipAutoLabelExchangeItem',
  76: 'CortanaBriefing',
  78: 'WDATPAlerts',
  82: 'SensitivityLabelPolicyMatch',
  83: 'SensitivityLabelAction',
  84: 'SensitivityLabeledFileAction',
  85: 'AttackSim',
  86: 'AirManualInvestigation',
  87: 'SecurityComplianceRBAC',
  88: 'UserTraining',
  89: 'AirAdminActionInvestigation',
  90: 'MSTIC',
  91: 'PhysicalBadgingSignal',
  93: 'AipDiscover',
  94: 'AipSensitivityLabelAction',
  95: 'AipProtectionAction',
  96: 'AipFileDeleted',
  97: 'AipHeartBeat',
  98: 'MCASAlerts',
  99: 'OnPremisesFileShareScannerDlp',
  100: 'OnPremisesSharePointScannerDlp',
  101: 'ExchangeSearch',
  102: 'SharePointSearch',
  103: 'PrivacyInsights',
  105: 'MyAnalyticsSettings',
  106: 'SecurityComplianceUserChange',
  107: 'ComplianceDLPExchangeClassification',
  109: 'MipExactDataMatch',
  113: 'MS365DCustomDetection',
  147: 'CoreReportingSettings',
  148: 'ComplianceConnector',
  154: 'OMEPortal',
  174: 'DataShareOperation',
  181: 'EduDataLakeDownloadOperation',
  183: 'MicrosoftGraphDataConnectOperation',
  186: 'PowerPagesSite',
  188: 'PlannerPlan',
  189: 'PlannerCopyPlan',
  190: 'PlannerTask',
  191: 'PlannerRoster',
  192: 'PlannerPlanList',
  193: 'PlannerTaskList',
  194: 'PlannerTenantSettings',
  195: 'ProjectForTheWebProject',
  196: 'ProjectForTheWebTask',
  197: 'ProjectForTheWebRoadmap',
  198: 'ProjectForTheWebRoadmapItem',
  199: 'ProjectForTheWebProjectSettings',
  200: 'ProjectForTheWebRoadmapSettings',
  216: 'VivaGoals',
  217: 'MicrosoftGraphDataConnectConsent',
  230: 'TeamsUpdates',
  231: 'PlannerRosterSensitivityLabel',
  275: 'OWAAuth',
  294: 'AadRiskDetection',
  295: 'AuditSearch',
  373: 'OutlookCopilotAutomation',
}

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...Object.entries(NAMES).map(([number, name]) => [name.toLowerCase(), Number(number)] as const),
  // Spellings of older documentation and of the audit search portal.
  ['sharepointsharing', 14],
  ['azureactivedirectoryaccountlogonevent', 9],
])

/** The record type's number, from a number, a numeric text or a name; 0 if it is none of them. */
export function recordTypeOf(value: unknown): number {
  if (typeof value === 'number') return bounded(value)
  const spelled = plain(value)
  if (spelled === '') return 0
  const first = spelled.charCodeAt(0)
  if (first >= 0x30 && first <= 0x39) return bounded(Number(spelled))
  return BY_NAME.get(spelled.replaceAll(' ', '').toLowerCase()) ?? 0
}

function bounded(number: number): number {
  return number >= 0 && number <= MAX_RECORD_TYPE ? Math.trunc(number) : 0
}

/** Records of a mailbox's own audit: they name an owner, a logon type, items and folders. */
export function isMailboxRecord(recordType: number): boolean {
  return (
    recordType === EXCHANGE_ITEM_AGGREGATED ||
    recordType === EXCHANGE_ITEM ||
    recordType === EXCHANGE_ITEM_GROUP ||
    recordType === EXCHANGE_AGGREGATED
  )
}

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
