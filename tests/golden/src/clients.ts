/**
 * Mail clients, tenants and addresses by the words that a page uses for them.
 * First-party application ids are public; others are invented. Addresses are of documentation and benchmark ranges.
 */
import { guidOf } from './made_ids.ts'

export interface Client {
  readonly appId: string
  readonly name: string
  /** What a mailbox record calls it. */
  readonly info: string
  readonly agent: string
}

const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0'

const CLIENTS: Readonly<Record<string, Client>> = {
  outlook: {
    appId: 'd3590ed6-52b3-4102-aeff-aad2292ab01c',
    name: 'Microsoft Office',
    info: 'Client=MSExchangeRPC',
    agent: 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.16327; Pro)',
  },
  web: {
    appId: '9199bf20-a13f-4107-85dc-02114787ef48',
    name: 'One Outlook Web',
    info: `Client=OWA;${CHROME};`,
    agent: CHROME,
  },
  phone: {
    appId: '27922004-5251-4030-b22d-91ecd9a37ea4',
    name: 'Outlook Mobile',
    info: 'Client=OutlookService;Outlook-iOS/2.0;',
    agent: 'Outlook-iOS/715.5553.prod.iphone (4.2312.0)',
  },
  search: {
    appId: '66a88757-258c-4c72-893c-3e8bed4d6899',
    name: 'Office 365 Search Service',
    info: 'Client=REST;Client=RESTSystem;;',
    agent: '',
  },
  vendor: {
    appId: '5a0c3c1e-8a52-4f0e-9d0b-7c1f2f6f4b10',
    name: 'Vendor Archive',
    info: 'Client=REST;Client=RESTSystem;;',
    agent: '',
  },
}

export function clientOf(word: string): Client {
  const client = CLIENTS[word]
  if (client === undefined) throw new Error(`no client is called ${word}`)
  return client
}

export interface Tenant {
  readonly id: string
  readonly domain: string
}

export const tenantOf = (word: string): Tenant => ({
  id: guidOf(`tenant ${word}`),
  domain: `${word}.example`,
})

export interface Person {
  /** As the page calls it. */
  readonly word: string
  readonly home: Tenant
  readonly id: string
  /** Sign-in name at home. */
  readonly name: string
  /** As our own directory writes it: a guest has a name of his own there. */
  readonly nameHere: string
}

export function personOf(word: string): Person {
  const [stem = '', home = 'ours'] = word.split('@')
  const { domain } = tenantOf(home)
  const isGuest = home !== 'ours'
  return {
    word,
    home: tenantOf(home),
    id: guidOf(`person ${word}`),
    name: `${stem}@${domain}`,
    nameHere: isGuest ? `${stem}_${domain}#EXT#@${tenantOf('ours').domain}` : `${stem}@${domain}`,
  }
}

const PLACES: Readonly<Record<string, string>> = {
  office: '198.19.1.1',
  cloud: '198.19.77.7',
  foreign: '203.0.113.66',
}

/** `own`: an address block of this person alone. */
export function addressOf(place: string, { word }: Person): string {
  if (place !== 'own') return PLACES[place] ?? place
  const number = Number(/\d+/.exec(word)?.[0] ?? 0)
  return `198.18.${number + (word.includes('@') ? 100 : 0)}.10`
}
