/**
 * Every shape in which a unified audit log is exported. One logical record gives the same access in each of
 * them, save for fields that a shape does not carry.
 *
 * @module
 */
import type { Adapter } from '../model/adapter.ts'
import { api, cloudAppEvents, graphQuery, splunkJson } from './api_shapes.ts'
import { cmdletCsv, cmdletJson, purviewCsv, splunkCsv } from './cmdlet_shapes.ts'
import { elastic } from './elastic.ts'
import { officeActivityCsv, officeActivityJson } from './office_activity.ts'

/** No row is accepted by two of them; the cheapest test comes first. */
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
