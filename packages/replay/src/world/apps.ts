/** First-party application ids are public; others, and {@link FORGED_CLIENT}, are invented. */

export interface App {
  readonly id: string
  readonly name: string
}

const app = (id: string, name: string): App => ({ id, name })

export const EXCHANGE: App = app(
  '00000002-0000-0ff1-ce00-000000000000',
  'Office 365 Exchange Online',
)
export const SHAREPOINT: App = app(
  '00000003-0000-0ff1-ce00-000000000000',
  'Office 365 SharePoint Online',
)
export const GRAPH: App = app('00000003-0000-0000-c000-000000000000', 'Microsoft Graph')
export const DIRECTORY_GRAPH: App = app(
  '00000002-0000-0000-c000-000000000000',
  'Windows Azure Active Directory',
)
/** Outlook on the web before 2024: the mail service itself is the client. */
export const OWA: App = EXCHANGE
export const NEW_OWA: App = app('9199bf20-a13f-4107-85dc-02114787ef48', 'One Outlook Web')
export const OUTLOOK: App = app('d3590ed6-52b3-4102-aeff-aad2292ab01c', 'Microsoft Office')
export const PHONE: App = app('27922004-5251-4030-b22d-91ecd9a37ea4', 'Outlook Mobile')
export const TEAMS: App = app('1fec8e78-bce4-4aaf-ab1b-5451cc387264', 'Microsoft Teams')
export const ONEDRIVE: App = app('ab9b8c07-8f02-4f72-87fa-80105867a763', 'OneDrive SyncEngine')
/** Microsoft's own service that calls Graph with tokens that no sign-in log shows. */
export const SEARCH_SERVICE: App = app(
  '66a88757-258c-4c72-893c-3e8bed4d6899',
  'Office 365 Search Service',
)
/** The client of device-code phishing from February 2025 on. */
export const BROKER: App = app(
  '29d9ed98-a469-4536-ade2-f981bc1d605e',
  'Microsoft Authentication Broker',
)
/** What the forged tokens name as their client: an application those mailboxes never saw. Invented. */
export const FORGED_CLIENT: App = app('b7a1f3d2-5c48-4e96-8d07-2f6c91e0a354', '')

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome'
export const BROWSERS: readonly string[] = [
  `${CHROME}/112.0.0.0 Safari/537.36`,
  `${CHROME}/113.0.0.0 Safari/537.36 Edg/113.0.1774.42`,
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/113.0',
]
export const DESKTOP_AGENT =
  'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.16327; Pro)'
export const PHONE_AGENT = 'Outlook-iOS/715.5553.prod.iphone (4.2312.0)'
export const RPC_CLIENT = 'Client=MSExchangeRPC'
export const PHONE_CLIENT = 'Client=OutlookService;Outlook-iOS/2.0;'
export const REST_CLIENT = 'Client=REST;Client=RESTSystem;;'

/** Source: Microsoft Threat Intelligence, 14 July 2023. */
export const FORGED_CLIENTS: readonly string[] = [
  REST_CLIENT,
  REST_CLIENT,
  `Client=OWA;${CHROME}/92.0.4515.159 Safari/537.36;`,
  `Client=OWA;${CHROME}/106.0.0.0 Safari/537.36 Edg/106.0.1370.52;`,
]

/** An address of the attacker's with the days of 2023, UTC, on which it was seen, both inclusive. */
export interface Proxy {
  readonly ip: string
  readonly firstMs: number
  readonly lastMs: number
}

/** Long since of others. Source: Microsoft Threat Intelligence, 14 July 2023, tables of proxies. */
export const PROXIES: readonly Proxy[] = [
  proxy('195.26.87.219', 5, 15, 6, 25),
  proxy('185.236.228.183', 5, 24, 6, 11),
  proxy('85.239.63.160', 6, 7, 6, 11),
  proxy('193.105.134.58', 6, 24, 6, 25),
  proxy('51.89.156.153', 3, 9, 7, 10),
  proxy('176.31.90.129', 3, 28, 6, 29),
  proxy('137.74.181.100', 3, 31, 7, 11),
  proxy('193.36.119.45', 4, 19, 7, 7),
  proxy('185.158.248.159', 4, 24, 7, 6),
  proxy('131.153.78.188', 5, 6, 6, 29),
  proxy('37.143.130.146', 5, 12, 5, 19),
  proxy('146.70.157.45', 5, 12, 6, 8),
  proxy('185.195.200.39', 5, 15, 6, 29),
  proxy('185.38.142.229', 5, 15, 7, 12),
  proxy('146.70.121.44', 5, 17, 6, 29),
  proxy('31.42.177.181', 5, 22, 5, 23),
  proxy('185.51.134.52', 6, 7, 7, 11),
  proxy('173.44.226.70', 6, 9, 7, 11),
  proxy('45.14.227.233', 6, 12, 6, 26),
  proxy('185.236.231.109', 6, 12, 7, 3),
  proxy('178.73.220.149', 6, 16, 7, 12),
  proxy('45.14.227.212', 6, 19, 6, 29),
  proxy('91.222.173.225', 6, 20, 7, 1),
  proxy('146.70.35.168', 6, 22, 6, 29),
  proxy('146.70.157.213', 6, 26, 6, 30),
  proxy('185.158.248.93', 6, 25, 6, 26),
  proxy('20.108.240.252', 6, 25, 7, 5),
  proxy('146.70.135.182', 5, 18, 6, 22),
]

function proxy(ip: string, fromMonth: number, from: number, toMonth: number, to: number): Proxy {
  return {
    ip,
    firstMs: Date.UTC(2023, fromMonth - 1, from),
    lastMs: Date.UTC(2023, toMonth - 1, to),
  }
}

export const proxiesOn = (dayMs: number): readonly Proxy[] =>
  PROXIES.filter(({ firstMs, lastMs }) => firstMs <= dayMs && dayMs <= lastMs)
