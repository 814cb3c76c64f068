/**
 * Data of this program that hunts use, in `service_network` and `quiet_folder`.
 *
 * @module
 */

import { insertRows, type Session } from '../engine/session.ts'
import { readNetwork } from '../store/network.ts'

const EXCHANGE_ONLINE = `
  13.107.6.152/31 13.107.18.10/31 13.107.128.0/22 23.103.160.0/20 40.92.0.0/15 40.96.0.0/13
  40.104.0.0/15 40.107.0.0/16 52.96.0.0/14 52.100.0.0/14 104.47.0.0/17 131.253.33.215/32
  132.245.0.0/16 150.171.32.0/22 204.79.197.215/32 2603:1006::/40 2603:1016::/36 2603:1026::/36
  2603:1036::/36 2603:1046::/36 2603:1056::/36 2620:1ec:4::152/128 2620:1ec:4::153/128
  2620:1ec:c::10/128 2620:1ec:c::11/128 2620:1ec:d::10/128 2620:1ec:d::11/128 2620:1ec:8f0::/46
  2620:1ec:900::/46 2620:1ec:a92::152/128 2620:1ec:a92::153/128 2a01:111:f400::/48 2a01:111:f403::/48`

const ENTRA_ID = `
  20.20.32.0/19 20.190.128.0/18 20.231.128.0/19 40.126.0.0/18 2603:1006:2000::/48 2603:1007:200::/48
  2603:1016:1400::/48 2603:1017::/48 2603:1026:3000::/48 2603:1027:1::/48 2603:1036:3000::/48
  2603:1037:1::/48 2603:1046:2000::/48 2603:1047:1::/48 2603:1056:2000::/48 2603:1057:2::/48`

/** By region: Asia, Europe, North America, Australia, Latin America. */
const MAILBOX_SERVERS = `
  2603:1096::/36 2603:10a6::/36 2603:10b6::/36 2603:10c6::/36 2603:10d6::/36`

/** First and last address of each, in IPv6 text. */
export function serviceNetworks(): { readonly first: string; readonly last: string }[] {
  return `${EXCHANGE_ONLINE} ${ENTRA_ID} ${MAILBOX_SERVERS}`
    .trim()
    .split(/\s+/)
    .map((spelled) => {
      const network = readNetwork(spelled)
      if (network === undefined) throw new TypeError(`${spelled} is no network`)
      return network
    })
}

/** By kind, then one line a language, in the order of its tag. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  archive: [
    'أرشيف|الأرشيف', // ar
    'Архив|Архивиране', // bg
    'Arxiu|Arxiva', // ca
    'Archiv|Archivovat', // cs
    'Arkiv|Arkiver', // da
    'Archiv|Archivieren', // de
    'Αρχειοθέτηση|Αρχείο', // el
    'Archive|Archives|In-Place Archive|Online Archive', // en
    'Archivo|Archivar', // es
    'Arhiiv|Arhiivi', // et
    'Artxiboa|Artxibatu', // eu
    'بایگانی', // fa
    'Arkisto|Arkistoi', // fi
    'Archiver', // fr
    'Arquivo|Arquivar', // gl
    'ארכיון|העבר לארכיון', // he
    'संग्रह|आर्काइव', // hi
    'Arhiva|Arhiviraj|Arhiviranje', // hr
    'Archívum|Archiválás', // hu
    'Arsip|Arsipkan', // id
    'Archivio|Archivia', // it
    'アーカイブ', // ja
    '보관|보관함|보관 폴더|보관 파일|아카이브', // ko
    'Archyvas|Archyvuoti', // lt
    'Arhīvs|Arhivēt', // lv
    'Arkib', // ms
    'Arkiv|Arkiver', // nb
    'Archief|Archiveren', // nl
    'Archiwum|Archiwizuj', // pl
    'Arquivo|Arquivo Morto|Arquivo Morto Online|Arquivar', // pt
    'Arhivă|Arhiva|Arhivare', // ro
    'Архив|Архивировать', // ru
    'Archív|Archivovať', // sk
    'Arhiv|Arhiviraj', // sl
    'Архива|Arhiva', // sr
    'Arkiv|Arkivera', // sv
    'ที่เก็บถาวร|เก็บถาวร', // th
    'Arşiv|Arşivle', // tr
    'Архів|Архівувати', // uk
    'Lưu trữ', // vi
    '存档|归档', // zh-Hans
    '封存|保存|封存資料夾', // zh-Hant
  ],
  conversations: [
    'محفوظات المحادثات|محفوظات المحادثة', // ar
    'Хронология на разговорите|История на разговорите|Хронология на разговора', // bg
    'Historial de converses|Historial de la conversa', // ca
    'Historie konverzací|Historie konverzace', // cs
    'Samtaleoversigt|Samtalehistorik|Samtaleoversigter', // da
    'Unterhaltungsverlauf|Verlauf der Unterhaltung|Aufgezeichnete Unterhaltungen', // de
    'Ιστορικό συνομιλιών|Ιστορικό συνομιλίας|Ιστορικό συζητήσεων', // el
    'Conversation History|Team Chat', // en
    'Historial de conversaciones|Historial de conversación', // es
    'Vestluste ajalugu|Vestluse ajalugu', // et
    'Elkarrizketen historia', // eu
    'تاریخچه مکالمه|تاریخچه مکالمات', // fa
    'Keskusteluhistoria', // fi
    'Historique des conversations|Historique de conversation', // fr
    'Historial de conversas', // gl
    'היסטוריית שיחות|היסטוריית שיחה', // he
    'वार्तालाप इतिहास', // hi
    'Povijest razgovora', // hr
    'Beszélgetési előzmények|Beszélgetések előzményei|Beszélgetés előzményei', // hu
    'Riwayat Percakapan', // id
    'Cronologia conversazioni|Cronologia conversazione', // it
    '会話の履歴|スレッドの履歴|会話履歴', // ja
    '대화 내용|대화 기록|대화 내역', // ko
    'Pokalbių retrospektyva|Pokalbių istorija', // lt
    'Sarunu vēsture|Sarunas vēsture', // lv
    'Sejarah Perbualan', // ms
    'Samtalelogg|Samtalehistorikk', // nb
    'Gespreksgeschiedenis|Gespreksoverzicht', // nl
    'Historia konwersacji|Historia rozmów', // pl
    'Histórico de Conversa|Histórico de Conversas|Histórico da Conversa|Histórico de Conversações|Histórico de conversação', // pt
    'Istoric conversații|Istoricul conversațiilor|Istoric conversaţii|Istoricul conversaţiilor', // ro
    'Журнал бесед|История бесед|История разговоров|Журнал разговоров', // ru
    'História konverzácií|História konverzácie', // sk
    'Zgodovina pogovorov|Zgodovina pogovora', // sl
    'Историја разговора|Istorija razgovora', // sr
    'Konversationshistorik', // sv
    'ประวัติการสนทนา', // th
    'Konuşma Geçmişi|Sohbet Geçmişi|Görüşme Geçmişi', // tr
    'Журнал розмов|Історія розмов|Журнал бесід|Історія бесід|Журнал спілкування', // uk
    'Lịch sử Hội thoại|Lịch sử cuộc hội thoại|Lịch sử cuộc trò chuyện|Lịch sử trò chuyện', // vi
    '对话历史记录|会话历史记录|对话历史', // zh-Hans
    '交談記錄|對話記錄|對話歷程記錄|交談歷程記錄', // zh-Hant
  ],
  deleted: [
    'العناصر المحذوفة|المحذوفات', // ar
    'Изтрити|Изтрити елементи', // bg
    'Elements suprimits', // ca
    'Odstraněná pošta|Odstraněné položky', // cs
    'Slettet post|Slettet mail|Slettede elementer', // da
    'Gelöschte Elemente|Gelöschte Objekte|Papierkorb', // de
    'Διαγραμμένα|Διαγραμμένα στοιχεία', // el
    'Deleted Items|Deleted|Trash|Recoverable Items', // en
    'Elementos eliminados', // es
    'Kustutatud üksused|Kustutatud', // et
    'Ezabatutako elementuak', // eu
    'موارد حذف شده|موارد حذف‌شده', // fa
    'Poistetut|Poistetut kohteet', // fi
    'Éléments supprimés', // fr
    'Elementos eliminados', // gl
    'פריטים שנמחקו', // he
    'हटाए गए आइटम|हटाए गए आइटम्स', // hi
    'Izbrisane stavke|Izbrisano', // hr
    'Törölt elemek', // hu
    'Item yang Dihapus|Item Terhapus', // id
    'Posta eliminata|Elementi eliminati', // it
    '削除済みアイテム', // ja
    '지운 편지함|삭제된 항목|지운 항목', // ko
    'Panaikinti elementai|Naikinti elementai|Naikintini elementai', // lt
    'Izdzēstie vienumi|Dzēstie vienumi', // lv
    'Item yang Dipadamkan|Item Dipadamkan', // ms
    'Slettede elementer', // nb
    'Verwijderde items', // nl
    'Elementy usunięte', // pl
    'Itens Excluídos|Itens Eliminados|Itens Apagados', // pt
    'Elemente șterse|Elemente şterse', // ro
    'Удаленные|Удалённые|Удаленные элементы', // ru
    'Odstránené položky|Odstránená pošta|Odstránené', // sk
    'Izbrisano|Izbrisani elementi', // sl
    'Избрисане ставке|Izbrisane stavke', // sr
    'Borttaget|Borttagna objekt', // sv
    'รายการที่ถูกลบ|รายการที่ลบ|รายการที่ลบแล้ว', // th
    'Silinmiş Öğeler|Silinmiş Ögeler', // tr
    'Видалені|Видалені елементи|Видалене', // uk
    'Mục đã Xóa|Khoản mục đã Xóa|Các mục đã xóa', // vi
    '已删除邮件|已删除项目|已删除的邮件', // zh-Hans
    '刪除的郵件|已刪除的郵件|刪除郵件|已刪除項目', // zh-Hant
  ],
  junk: [
    'البريد الإلكتروني غير الهام|البريد غير الهام|بريد إلكتروني غير هام|البريد العشوائي', // ar
    'Нежелана поща|Нежелани имейли|Нежелан имейл', // bg
    'Correu brossa|Correu electrònic brossa', // ca
    'Nevyžádaná pošta|Nevyžádané e-maily', // cs
    'Uønsket mail|Uønsket e-mail|Uønsket post', // da
    'Junk-E-Mail|Junk-E-Mails|Spam', // de
    'Ανεπιθύμητη αλληλογραφία|Ανεπιθύμητα', // el
    'Junk Email|Junk E-Mail|Junk|Clutter|Quarantine', // en
    'Correo no deseado|Correo electrónico no deseado', // es
    'Rämpspost|Rämpsmeil', // et
    'Zabor-posta|Zabor posta', // eu
    'نامه‌های ناخواسته|ایمیل هرزنامه|هرزنامه', // fa
    'Roskaposti|Roskasähköposti', // fi
    'Courrier indésirable|Courriers indésirables|Courrier électronique indésirable', // fr
    'Correo lixo|Correo non desexado', // gl
    'דואר זבל', // he
    'जंक ईमेल|जंक मेल', // hi
    'Bezvrijedna e-pošta|Neželjena pošta|Neželjena e-pošta', // hr
    'Levélszemét', // hu
    'Email Sampah|Surel Sampah', // id
    'Posta indesiderata', // it
    '迷惑メール', // ja
    '정크 메일|정크 이메일|정크 전자 메일|스팸 메일', // ko
    'Nepageidaujami laiškai|El. pašto šiukšlės|Nepageidaujamas el. paštas|Šlamštas', // lt
    'Nevēlamais e-pasts|Nevēlams e-pasts|Mēstules', // lv
    'E-mel Remeh|E-mel Sarap', // ms
    'Søppelpost|Useriøs e-post|Søppel-e-post', // nb
    'Ongewenste e-mail|Ongewenste mail', // nl
    'Wiadomości-śmieci|Wiadomości śmieci|Śmieci', // pl
    'Lixo Eletrônico|Lixo Eletrónico|Lixo|Correio Não Solicitado|E-mail de Lixo|Correio Eletrónico de Lixo', // pt
    'E-mail nedorit|Poștă nedorită|Poştă nedorită|Mesaje nedorite', // ro
    'Нежелательная почта|Спам', // ru
    'Nevyžiadaná pošta|Nevyžiadané e-maily', // sk
    'Neželena e-pošta|Neželena pošta', // sl
    'Нежељена пошта|Bezvredna e-pošta|Neželjena e-pošta', // sr
    'Skräppost', // sv
    'อีเมลขยะ|จดหมายขยะ', // th
    'Gereksiz E-posta|Önemsiz E-posta|Önemsiz Posta|İstenmeyen E-posta', // tr
    'Небажана пошта|Небажані листи|Небажана електронна пошта', // uk
    'Email Rác|Thư rác|Thư Rác', // vi
    '垃圾邮件|垃圾电子邮件', // zh-Hans
    '垃圾郵件|垃圾電子郵件', // zh-Hant
  ],
}

interface QuietFolder {
  /** `archive`, `conversations`, `deleted` or `junk`. */
  readonly kind: string
  readonly name: string
  readonly key: string
}

/** Each key once, with one of the names that have it. */
export function quietFolders(): QuietFolder[] {
  const folders = new Map<string, QuietFolder>()
  for (const [kind, lines] of Object.entries(NAMES)) {
    for (const name of lines.flatMap((line) => line.split('|'))) {
      const key = folderKey(name)
      folders.set(key, { kind, name, key })
    }
  }
  return [...folders.values()]
}

/** A folder's name without letter case, accents, blanks and signs; `key_of` of the hunt says the same in SQL. */
export function folderKey(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll('ς', 'σ')
  return plain.replaceAll(/[\p{M}\p{P}\p{Z}\p{C}]/gu, '')
}

/** Fills both tables anew: a case may have been made by a program that knew others. */
export async function fillKnown(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE service_network')
  const networks = serviceNetworks().map(({ first, last }) => [first, last])
  await insertRows(session, 'service_network', ['first', 'last'], networks)
  await session.command('TRUNCATE TABLE quiet_folder')
  const folders = quietFolders().map(({ kind, key }) => [kind, key])
  await insertRows(session, 'quiet_folder', ['kind', 'key'], folders)
}
