import type { Stix } from "../stix.ts"
import { known } from "./lantern.ts"
import { idOf, made, seen } from "./making.ts"
import { party } from "./parties.ts"

/** What was written about it, in several languages, and an incident. */
export function reports(): Stix[] {
  return [reportHant(), reportHans(), reportJapanese(), reportArabic(), incident(), ...statements(), grouping()]
}

function reportHant(): Stix {
  return made(
    "report",
    "zh-hant",
    { by: "strait", tlp: "amber+strict" },
    {
      name: "港口管理系統釣魚攻擊分析",
      lang: "zh-Hant",
      description:
        "十月中旬起，數家港務公司陸續收到假冒船務代理的電子發票。附件中的巨集會下載「LanternDrop」，每四十分鐘向中繼站回報一次。" +
        "我們在兩家公司的郵件閘道與一台檔案伺服器上確認相同的連線行為，並建議先封鎖中繼站位址，再清查過去三十天的連線紀錄。",
      report_types: ["campaign", "threat-report"],
      published: "2026-10-21T02:00:00Z",
      object_refs: [known.group, known.loader, known.relay, known.campaign],
      external_references: [{ source_name: "內部編號", external_id: "演練-2026-118" }],
    },
  )
}

function reportHans(): Stix {
  return made(
    "report",
    "zh-hans",
    { by: "lion-city", tlp: "green" },
    {
      name: "勒索软件DockLocker应急响应通报",
      lang: "zh-Hans",
      description:
        "攻击者利用有效账户登录远程桌面，随后加密文件服务器。建议立即停用闲置账户，核对备份，并检查与198.51.100.7的网络连接。",
      report_types: ["malware"],
      published: "2026-10-25T06:30:00Z",
      object_refs: [known.loader, known.relay],
    },
  )
}

function reportJapanese(): Stix {
  return made(
    "report",
    "ja",
    { by: "island", tlp: "green" },
    {
      name: "港湾事業者を狙う標的型メールの観測",
      lang: "ja",
      description: "請求書を装った添付ファイルのマクロから不正プログラムが取得される。",
      report_types: ["observed-data"],
      published: "2026-10-22T09:00:00Z",
      object_refs: [known.loader],
    },
  )
}

function reportArabic(): Stix {
  return made(
    "report",
    "ar",
    { by: "oasis-bank", tlp: "clear" },
    {
      name: "تقرير عن رسائل التصيد الموجهة إلى الموانئ",
      lang: "ar",
      description: "تصل الفواتير المزيفة بالبريد الإلكتروني ثم يتصل البرنامج الخبيث بالخادم كل أربعين دقيقة.",
      report_types: ["threat-report"],
      published: "2026-10-23T12:00:00Z",
      object_refs: [known.campaign],
    },
  )
}

function incident(): Stix {
  return made(
    "incident",
    "terminal",
    { by: "harbour", tlp: "red" },
    {
      name: "Cargo documents unreachable at Terminal 3",
      description: "File servers of one terminal were encrypted on 29 October. Cranes and gates were not touched.",
      external_references: [{ source_name: "case", external_id: "HC-2026-0412" }],
    },
  )
}

/** A statement that travels along, a level of permissible actions, and a sample under both. */
function statements(): Stix[] {
  const [statement, pap] = ["Copyright 2026 Harbour CERT. For defence only.", "PAP:AMBER"].map((text): Stix => {
    const { modified: _, ...marking } = made(
      "marking-definition",
      text,
      { by: "harbour" },
      {
        definition_type: "statement",
        definition: { statement: text },
      },
    )
    return { ...marking, type: "marking-definition" } as Stix
  }) as [Stix, Stix]
  const sample = seen("file", { name: "relay.bin", hashes: { "SHA-1": "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12" } })
  const analysis = made(
    "malware-analysis",
    "relay",
    { by: "harbour", tlp: "green" },
    {
      ...{ product: "sandbox-example", result: "malicious", sample_ref: sample.id, submitted: "2026-10-19T08:00:00Z" },
    },
  )
  const marks = [...(analysis.object_marking_refs as string[]), statement.id, pap.id]
  return [statement, pap, sample, { ...analysis, object_marking_refs: marks }]
}

function grouping(): Stix {
  return made(
    "grouping",
    "watch",
    { by: "helpline", tlp: "green" },
    {
      name: "To be watched this week",
      context: "suspicious-activity",
      object_refs: [known.relay, known.host, party("harbour"), idOf("report", "zh-hant")],
    },
  )
}
