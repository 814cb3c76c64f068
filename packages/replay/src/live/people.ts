/** Who has a mailbox in the live replay, and its messages: the same for the same seed. */
import { mix, Random } from '../world/random.ts'

export const DOMAIN = 'agency.example'

interface Message {
  readonly messageId: string
  readonly text: string
}

export interface Mailbox {
  readonly user: string
  readonly clientId: string
  readonly messages: readonly Message[]
}

const NAMES = 'ada grace alan edsger barbara donald frances john margaret niklaus'.split(' ')
const SUBJECTS = [
  'For the minister',
  'Itinerary, second version',
  'Notes of the call',
  'Re: the visit in June',
  'Draft of the statement',
  'Seating',
  'Who comes to the dinner',
  'Before the talks',
]
const WORDS =
  'the talks begin on Monday and nobody outside of this list may know what we offer'.split(' ')

const MAILBOXES = 6
const MOST_MESSAGES = 9
const FEWEST_MESSAGES = 4

export const mailboxes = (seed: number): readonly Mailbox[] =>
  Array.from({ length: MAILBOXES }, (_, index) => {
    const random = new Random(mix(seed, 0x6c697665, index))
    const name = NAMES[index] ?? `user${index}`
    const count = random.between(FEWEST_MESSAGES, MOST_MESSAGES)
    return {
      user: `${name}@${DOMAIN}`,
      clientId: `mail-of-${name}`,
      messages: Array.from({ length: count }, (_message, number) =>
        message(random, name, `${seed}.${index}.${number}`),
      ),
    }
  })

function message(random: Random, to: string, id: string): Message {
  const messageId = `<${id}@${DOMAIN}>`
  const from = random.pick(NAMES)
  const words = Array.from({ length: random.between(20, 200) }, () => random.pick(WORDS))
  const text = [
    `From: ${from}@${DOMAIN}`,
    `To: ${to}@${DOMAIN}`,
    `Subject: ${random.pick(SUBJECTS)}`,
    `Message-ID: ${messageId}`,
    '',
    `${words.join(' ')}.`,
    '',
  ].join('\n')
  return { messageId, text }
}
