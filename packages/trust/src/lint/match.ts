/**
 * What rules find in one source or document.
 *
 * A rule reports only what is completely visible. A call whose options come from a variable is a note.
 *
 * @module
 */
import type { SgNode } from '@ast-grep/napi'
import {
  type Call,
  callsIn,
  type Options,
  optionsOf,
  type Setting,
  settingsIn,
  textOf,
} from './calls.ts'
import type { Document } from './configuration.ts'
import { type Condition, plainName, type Rule } from './rule.ts'

export interface Match {
  readonly rule: Rule
  readonly line: number
  /** The call or setting, which identifies the finding where lines move. Never a value. */
  readonly what: string
  /** Options that the rule asks for may come from a variable. */
  readonly isOpen: boolean
}

const holds = ({ name, value }: Condition, setting: Setting): boolean =>
  name.test(plainName(setting.name)) && value.test(setting.value)

/** A setting without a value is not set. */
const NOTHING = /^(?:undefined|null|None|nil|""|''|)$/

function judged(
  { has, unless, lacks }: Rule,
  { settings, isOpen }: Options,
): 'yes' | 'no' | 'open' {
  const isSet = (each: Condition) => settings.some((setting) => holds(each, setting))
  if (!has.every(isSet) || unless.some(isSet)) return 'no'
  const isThere = lacks.some((name) =>
    settings.some((each) => name.test(plainName(each.name)) && !NOTHING.test(each.value)),
  )
  if (isThere) return 'no'
  return isOpen && lacks.length > 0 ? 'open' : 'yes'
}

export function matchesInSource(root: SgNode, language: string, rules: readonly Rule[]): Match[] {
  const ofCalls = rules.filter(({ call }) => call !== undefined)
  const ofSettings = rules.filter(({ setting }) => setting !== undefined)
  const calls = ofCalls.length === 0 ? [] : callsIn(root, language)
  const settings = ofSettings.length === 0 ? [] : settingsIn(root, language)
  return [
    ...calls.flatMap((call) => ofCalls.flatMap((rule) => matchOfCall(rule, call, language) ?? [])),
    ...settings.flatMap((each) => ofSettings.flatMap((rule) => matchOfSetting(rule, each) ?? [])),
  ]
}

function matchOfCall(rule: Rule, call: Call, language: string): Match | undefined {
  if (rule.call?.test(call.callee) !== true) return undefined
  if (![...rule.args].every(([at, value]) => isGiven(call, at, value))) return undefined
  const answer = judged(rule, optionsOf(call, language, rule.options))
  if (answer === 'no') return undefined
  return { rule, line: call.line, what: call.callee, isOpen: answer === 'open' }
}

function isGiven({ args }: Call, at: string, value: RegExp): boolean {
  if (at === '*') return args.some((each) => value.test(textOf(each)))
  const given = args[Number(at)]
  return value.test(given === undefined ? '' : textOf(given))
}

function matchOfSetting(rule: Rule, setting: Setting): Match | undefined {
  if (rule.setting === undefined || !holds(rule.setting, setting)) return undefined
  return { rule, line: setting.line, what: setting.name, isOpen: false }
}

export function matchesInDocument(document: Document, rules: readonly Rule[]): Match[] {
  return rules
    .filter((rule) => rule.document.every((each) => document.some((entry) => holds(each, entry))))
    .flatMap((rule) => {
      if (rule.setting !== undefined)
        return document.flatMap((entry) => matchOfSetting(rule, entry) ?? [])
      return rule.at === undefined ? ofWhole(document, rule) : ofObjects(document, rule, rule.at)
    })
}

function ofWhole(document: Document, rule: Rule): Match[] {
  if (judged(rule, { settings: document, isOpen: false }) === 'no') return []
  const at = document.find((entry) => rule.has.some((each) => holds(each, entry)))
  return [{ rule, line: at?.line ?? 1, what: at?.name ?? '', isOpen: false }]
}

function ofObjects(document: Document, rule: Rule, at: RegExp): Match[] {
  return document.flatMap((entry, index) => {
    if (!at.test(entry.name)) return []
    const settings = membersAt(document, index)
    // A text where an object is expected is a reference to one: not in view.
    if (settings.length === 0 || judged(rule, { settings, isOpen: false }) === 'no') return []
    return [{ rule, line: entry.line, what: entry.name, isOpen: false }]
  })
}

/** Members of the object at a position, with the path below it. */
function membersAt(document: Document, index: number): Setting[] {
  const prefix = `${document[index]?.name ?? ''}.`
  const members: Setting[] = []
  for (let i = index + 1; document[i]?.name.startsWith(prefix) === true; i++) {
    const { name, value, line } = document[i] ?? { name: '', value: '', line: 0 }
    members.push({ name: name.slice(prefix.length), value, line })
  }
  return members
}
