/**
 * Who a principal is: a directory export of any of the usual kinds. Read are Graph's `users`
 * (JSON), the admin centre's download (CSV), PowerShell's export of either, and a plain CSV
 * `principal,organisation,group`. Names of columns are compared by letters and digits alone.
 */
import type { Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { principalOf } from '../ual/actor.ts'
import { logged, named, plain } from '../ual/fields.ts'
import { cell, hasAny, type Layout, layoutOf, layoutOfRow } from './cells.ts'

const PRINCIPAL =
  'userprincipalname principal upn principalname username mailbox account user'.split(' ')
const MAIL = ['mail', 'primarysmtpaddress', 'emailaddress', 'email', 'windowsemailaddress']
const ID = ['id', 'objectid', 'principalid', 'externaldirectoryobjectid', 'azureadobjectid', 'oid']
const ORGANISATION = [
  'organisation organization organisationname organizationname org companyname company agency',
].flatMap((names) => names.split(' '))
const GROUP = ['groups', 'group', 'memberof', 'groupnames', 'groupname', 'team', 'teams']
const DEPARTMENT = [
  'department bureau division businessunit unit section region desk',
  'officelocation office physicaldeliveryofficename',
].flatMap((names) => names.split(' '))
const TENANT = ['tenant', 'tenantid', 'organisationid', 'organizationid']
const NAME = ['displayname', 'name']
const ABOUT = [...ORGANISATION, ...GROUP, ...DEPARTMENT]
const NOT_A_DIRECTORY = [
  'appid applicationid operation operations category status resulttype activitydatetime auditdata',
  'requesturi schema timegenerated timegeneratedutc dateutc itemsinfolder ipaddress recordtype',
  'creationtime creationdate date time timestamp event eventid action messageslower accesses',
].flatMap((names) => names.split(' '))
const MAX_GROUPS = 200

/** Spellings in JSON, tested before a row's names are normalised: most rows are none of this. */
const JSON_NAMES = 'userPrincipalName UserPrincipalName principal upn mailbox mail email'.split(' ')

export const directory: Adapter = {
  shape: 'directory',
  accepts: (row, context) => {
    const layout = layoutOf(context) ?? (hasAny(row, JSON_NAMES) ? layoutOfRow(row) : undefined)
    return layout !== undefined && isDirectory(layout)
  },
  read: readDirectory,
}

function isDirectory(layout: Layout): boolean {
  const has = (names: readonly string[]) => names.some((name) => layout.has(name))
  if (has(NOT_A_DIRECTORY)) return false
  // Object ids alone: only where nothing but a directory has the other columns.
  if (!has(PRINCIPAL) && !has(MAIL)) return has(ID) && has(ORGANISATION) && has(GROUP)
  return has(ABOUT) || (has(PRINCIPAL) && has(NAME) && has([...ID, ...MAIL]))
}

function readDirectory(row: Json, context: FileContext, sink: RowSink): void {
  const layout = layoutOf(context) ?? layoutOfRow(row)
  const principal = principalOf(cell(row, layout, PRINCIPAL)) || named(cell(row, layout, MAIL))
  const principalId = named(cell(row, layout, ID))
  if (principal === '' && principalId === '') {
    sink.reject({ kind: 'row', reason: 'principal-missing', detail: 'userPrincipalName' })
    return
  }
  sink.directory({
    principal,
    principalId,
    tenant: named(cell(row, layout, TENANT)),
    organisation: logged(cell(row, layout, ORGANISATION)),
    groups: groupsOf(row, layout),
    displayName: logged(cell(row, layout, NAME)),
  })
}

function groupsOf(row: Json, layout: Layout): readonly string[] {
  const column = GROUP.find((name) => layout.has(name))
  if (column === undefined) {
    const department = logged(cell(row, layout, DEPARTMENT))
    return department === '' ? [] : [department]
  }
  const value = row[layout.get(column) ?? '']
  const parts = Array.isArray(value) ? value : plain(value).split(/[;|]/)
  const groups = new Set<string>()
  for (const part of parts) {
    const group = logged(part)
    if (group !== '' && groups.size < MAX_GROUPS) groups.add(group)
  }
  return [...groups]
}
