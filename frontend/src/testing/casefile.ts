import type { Document } from "../api/types.gen";
import type { Paragraph } from "./typeset";

// An invented dispute. Nobody in it exists.

/** A fixture document: what the list shows and what its pages say. */
export interface Fixture {
  document: Partial<Document> & Pick<Document, "id" | "name" | "kind">;
  paragraphs: Paragraph[];
}

const h = (text: string): Paragraph => ({ text, bold: true });
const c = (text: string, size?: number): Paragraph => ({ text, bold: true, align: "center", size });
const p = (text: string): Paragraph => ({ text });
const q = (text: string): Paragraph => ({ text, indent: 28 });

const agreement: Paragraph[] = [
  c("MASTER TRANSPORTATION SERVICES AGREEMENT", 14),
  p('This Master Transportation Services Agreement (the "Agreement") is entered into as of March 4, 2019 (the "Effective Date") by and between Halloran Foods, Inc., a Delaware corporation with its principal place of business at 1180 Harbor Street, Tacoma, Washington ("Shipper"), and Meridian Freight Lines, LLC, an Oregon limited liability company ("Carrier").'),
  h("1. Definitions"),
  p('1.1 "Confidential Information" means all non-public information disclosed by one party to the other in connection with this Agreement, whether or not marked as confidential.'),
  p('1.2 "Temperature Range" means the range of temperatures stated on the face of a Bill of Lading, or, where none is stated, 33 to 38 degrees Fahrenheit.'),
  h("2. Services"),
  p("2.1 Carrier shall transport the goods tendered by Shipper from the points of origin to the points of destination stated in each Bill of Lading, with reasonable dispatch and within the Temperature Range."),
  p("2.2 Carrier shall record the temperature of each refrigerated trailer at intervals of no more than fifteen (15) minutes, and shall preserve such records for not less than three (3) years."),
  p("2.3 Carrier shall notify Shipper by telephone within one (1) hour after it learns of any departure from the Temperature Range, and in writing within twenty-four (24) hours thereafter."),
  h("3. Rates and Payment"),
  p("3.1 Shipper shall pay the rates set out in Schedule A within thirty (30) days after receipt of an undisputed invoice. Amounts not paid when due shall bear interest at one percent (1%) per month."),
  p("3.2 Shipper may withhold payment of any amount disputed in good faith, provided that it gives Carrier written notice of the dispute before the due date."),
  h("4. Cargo Liability"),
  p("4.1 Carrier shall be liable for the full actual loss of, damage to or delay of goods while in its custody. In no event shall Carrier's liability exceed $250,000 per shipment, except in case of gross negligence or willful misconduct."),
  p("4.2 Claims for loss or damage shall be filed in writing within nine (9) months after delivery, or, in the case of non-delivery, within nine (9) months after a reasonable time for delivery has elapsed."),
  h("5. Insurance"),
  p("5.1 Carrier shall maintain cargo insurance of not less than $500,000 per occurrence, including coverage for refrigeration breakdown, and shall furnish a certificate naming Shipper as additional insured."),
  h("6. Confidentiality"),
  p("6.1 Each party shall hold the other's Confidential Information in confidence, and shall use it only for the performance of this Agreement, during the term and for five (5) years thereafter."),
  h("7. Term and Termination"),
  p("7.1 This Agreement begins on the Effective Date and continues for an initial term of three (3) years. It renews automatically for successive terms of one (1) year unless terminated as provided herein."),
  p("7.2 Either party may terminate this Agreement for convenience upon sixty (60) days' prior written notice to the other party."),
  p("7.3 Either party may terminate this Agreement immediately upon written notice if the other party commits a material breach and fails to cure such breach within fifteen (15) days after receipt of written notice thereof."),
  p("7.4 Upon termination, Carrier shall complete delivery of all goods in transit, and the parties' obligations under Sections 4, 6 and 9 shall survive."),
  h("8. Force Majeure"),
  p("8.1 Neither party is liable for a delay caused by events beyond its reasonable control, provided that it gives notice within forty-eight (48) hours. Mechanical failure of Carrier's own equipment is not such an event."),
  h("9. Governing Law and Disputes"),
  p("9.1 This Agreement is governed by the laws of the State of Washington, without regard to its conflict of laws rules. The courts of Pierce County shall have exclusive jurisdiction."),
  h("10. Notices"),
  p("10.1 Notices shall be in writing and shall be deemed given when delivered by hand or by a nationally recognized overnight courier to the addresses stated above, to the attention of the General Counsel."),
  p("IN WITNESS WHEREOF, the parties have executed this Agreement by their duly authorized representatives."),
  p("HALLORAN FOODS, INC. By: Ruth Halloran, President"),
  p("MERIDIAN FREIGHT LINES, LLC By: Thomas Okafor, Managing Member"),
];

const deposition: Paragraph[] = [
  c("SUPERIOR COURT OF WASHINGTON FOR PIERCE COUNTY"),
  c("HALLORAN FOODS, INC., Plaintiff, v. MERIDIAN FREIGHT LINES, LLC, Defendant."),
  c("No. 22-2-07714-9"),
  c("DEPOSITION UPON ORAL EXAMINATION OF DANIEL REYES", 13),
  p("Taken at 10:04 a.m. on Tuesday, February 7, 2023, at the offices of the plaintiff's counsel, Tacoma, Washington."),
  p("DANIEL REYES, having been first duly sworn, testified as follows:"),
  h("EXAMINATION BY MS. LINDQVIST"),
  p("Q. Please state your name and your position at Meridian."),
  q("A. Daniel Reyes. I was the night dispatcher in Portland until the end of 2022."),
  p("Q. Were you on duty on the night of August 16, 2022?"),
  q("A. Yes. I came on at ten in the evening and went home at six."),
  p("Q. When did you first learn that the refrigeration unit of trailer 4471 had failed?"),
  q("A. The driver called me at about 2:40 in the morning. He said that the unit had thrown an alarm and that he was reading fifty-one degrees."),
  p("Q. Did you call anybody at Halloran that night?"),
  q("A. No. I left a note for the day shift. I was told that the customer gets a call in office hours."),
  p("Q. Who told you that?"),
  q("A. It was how we did it. Mr. Okafor's office had sent a sheet around in the spring."),
  { text: "Q. Let me show you what has been marked as Exhibit 12. Do you recognize this?", breakBefore: true },
  q("A. That is the temperature log of trailer 4471, the printout that the unit makes."),
  p("Q. At what interval did the unit record the temperature?"),
  q("A. It was set to thirty minutes. It came from the shop that way."),
  p("Q. And you understood that the agreement called for fifteen minutes?"),
  q("A. I have never seen the agreement."),
  p("Q. When did Halloran receive a notice in writing?"),
  q("A. I believe that the letter went out on August 22. I did not write it."),
];

const letter: Paragraph[] = [
  c("HALLORAN FOODS, INC.", 14),
  c("1180 Harbor Street, Tacoma, Washington 98421", 10),
  p("September 30, 2022"),
  p("BY OVERNIGHT COURIER"),
  p("Meridian Freight Lines, LLC. Attention: General Counsel. 400 Terminal Way, Portland, Oregon 97217"),
  h("Re: Notice of termination, Master Transportation Services Agreement of March 4, 2019"),
  p("Dear Counsel:"),
  p("Pursuant to Section 7.2 of the Agreement, Halloran Foods, Inc. hereby gives notice of termination, effective sixty (60) days from your receipt of this letter."),
  p("This notice is given without prejudice to our claim of August 29, 2022 for the loss of shipment HF-20817, in the amount of $186,440.00, which Meridian has neither paid nor declined in writing."),
  p("We request that you preserve all records of trailer 4471, including the temperature records for the period from August 1 to August 31, 2022, and all communications of your dispatch office on the night of August 16."),
  p("Very truly yours,"),
  p("Ruth Halloran, President"),
];

const memo: Paragraph[] = [
  c("MEMORANDUM", 14),
  p("To: File. From: A. Lindqvist. Date: January 12, 2023. Re: Halloran v. Meridian, limits of liability"),
  h("Question"),
  p("Does the cap of $250,000 per shipment in Section 4.1 bear on our claim?"),
  h("Short answer"),
  p("Not on the present figures. The claim for shipment HF-20817 is $186,440.00, which is below the cap. It would matter if the loss of the Safeline account were pleaded as consequential damage."),
  h("Where the agreement speaks to it"),
  p("Section\tSubject\tWhat it says"),
  { text: "2.3\tNotice of a departure\tone hour by telephone, a day in writing", tight: true },
  { text: "4.1\tLimit of liability\t$250,000 per shipment", tight: true },
  h("Facts"),
  p("The unit of trailer 4471 failed on August 16, 2022. The consignee rejected the load on August 17. The claim was filed on August 29, within the nine months of Section 4.2."),
];

const head = (...lines: string[]): Paragraph[] => lines.map((text, i) => ({ text, tight: i > 0 }));

const email: Paragraph[] = [
  ...head("From: Priya Nair <pnair@meridian.example>", "To: Thomas Okafor <tokafor@meridian.example>", "Date: Mon, 22 Aug 2022 16:10:00 -0700", "Subject: RE: Trailer 4471"),
  p("Tom, the unit on 4471 had been written up twice in July. The shop replaced the belt but not the compressor, because we were short of trailers for the peach season."),
  p("Before anything goes to Halloran, I would like to know what we say about the log interval. The contract asks for fifteen minutes and the fleet is set to thirty."),
  p("Attached: the work order of July 19."),
  p("Priya"),
];

const workOrder: Paragraph[] = [
  c("WORK ORDER 77-1904", 14),
  p("Unit: 4471. Date: July 19, 2022. Reported: intermittent high temperature alarm."),
  p("Work done: drive belt replaced. Compressor noisy under load; replacement recommended at next service. Released to fleet at request of operations."),
];

const complaint: Paragraph[] = [
  c("SUPERIOR COURT OF WASHINGTON FOR PIERCE COUNTY"),
  c("HALLORAN FOODS, INC., Plaintiff, v. MERIDIAN FREIGHT LINES, LLC, Defendant."),
  c("COMPLAINT FOR BREACH OF CONTRACT", 13),
  p("Plaintiff Halloran Foods, Inc. alleges as follows:"),
  p("1. Plaintiff is a Delaware corporation that sells chilled fruit to grocers in the Pacific Northwest."),
  p("2. Defendant is an Oregon limited liability company and a motor carrier."),
  p("3. On August 16, 2022, plaintiff tendered to defendant at Yakima 22 pallets of sliced peaches, shipment HF-20817, for delivery at Portland on August 17, 2022."),
  p("4. The refrigeration unit of trailer 4471 failed in transit. On arrival the goods stood at 54 degrees Fahrenheit and were rejected by the consignee."),
  p("5. Defendant did not notify plaintiff until August 22, 2022, six days after it learned of the failure."),
  p("6. Plaintiff has been damaged in the amount of $186,440.00, exclusive of interest and costs."),
];

const amendment: Paragraph[] = [
  ...agreement.slice(0, 1).map((x) => ({ ...x, text: "MASTER TRANSPORTATION SERVICES AGREEMENT (AS AMENDED MAY 1, 2021)" })),
  ...agreement.slice(1).map((x) => ({
    ...x,
    text: x.text.replace("sixty (60) days' prior", "ninety (90) days' prior").replace("$250,000", "$300,000").replace(" with reasonable dispatch and", ""),
  })),
];

const reply: Paragraph[] = [
  ...head("From: Thomas Okafor <tokafor@meridian.example>", "To: Priya Nair <pnair@meridian.example>", "Cc: Dispatch <dispatch@meridian.example>", "Date: Mon, 22 Aug 2022 23:02:00 -0700", "Subject: RE: RE: Trailer 4471"),
  p("Priya, agreed. Say nothing to Halloran until I have spoken to counsel."),
  p("Thomas"),
  p("On Mon, Aug 22, 2022 at 4:10 PM Priya Nair wrote:"),
  p("> Tom, the unit on 4471 had been written up twice in July. The shop replaced the belt but not the compressor, because we were short of trailers for the peach season."),
  p("> Before anything goes to Halloran, I would like to know what we say about the log interval."),
];

const receipt: Paragraph[] = [
  c("FUEL AND SERVICE RECEIPT", 16),
  p("Yakima Truck Stop, 1 Terminal Road. August 16, 2022, 7:52 p.m."),
  p("Unit 4471. Reefer fuel 31.4 gal at $5.19: $162.97. Alarm light on; driver advised to call dispatch."),
];

const parties = ["Halloran Foods, Inc.", "Meridian Freight Lines, LLC"];
const trailer = "RE: Trailer 4471";

/** The case file, in the order in which it was added. */
export const casefile: Fixture[] = [
  { document: { id: "agreement", name: "Master Transportation Services Agreement.pdf", kind: "pdf", title: "Master Transportation Services Agreement", parties, source: "Contracts/Master Transportation Services Agreement.pdf", bytes: 284_113, type: "contract", date: "2019-03-04", language: "en", custodian: "Halloran, Ruth", batesFirst: "HF-000101", batesLast: "HF-000102", similar: "agreement" }, paragraphs: agreement },
  { document: { id: "complaint", name: "Complaint (Pierce County 22-2-07714-9).pdf", kind: "pdf", title: "Complaint for Breach of Contract", parties, bytes: 142_870, type: "pleading", date: "2022-11-14", language: "en" }, paragraphs: complaint },
  { document: { id: "reyes", name: "Deposition of Daniel Reyes.pdf", kind: "pdf", title: "Deposition of Daniel Reyes", parties, bytes: 412_006, type: "transcript", date: "2023-02-07", language: "en" }, paragraphs: deposition },
  { document: { id: "notice", name: "2022-09-30 Notice of termination (scan).pdf", kind: "pdf", bytes: 1_904_221, notes: ["Page 1 was read by OCR; its words are certain to 91 %."], type: "letter", date: "2022-09-30", language: "en", custodian: "Okafor, Thomas", batesFirst: "MFL-000877", batesLast: "MFL-000877" }, paragraphs: letter },
  { document: { id: "memo", name: "Memo on limits of liability.docx", kind: "word", bytes: 38_412, type: "memo", date: "2023-01-12", language: "en", author: "A. Lindqvist" }, paragraphs: memo },
  { document: { id: "mail", name: "RE Trailer 4471.eml", kind: "mail", bytes: 96_230, type: "mail", date: "2022-08-22", language: "en", custodian: "Nair, Priya", thread: "trailer", mail: { from: "Priya Nair <pnair@meridian.example>", to: ["Thomas Okafor <tokafor@meridian.example>"], cc: [], subject: trailer, sent: "2022-08-22T23:10:00Z" } }, paragraphs: email },
  { document: { id: "workorder", parent: "mail", name: "work order 77-1904.pdf", kind: "pdf", bytes: 61_004, type: "form", date: "2022-07-19", language: "en", custodian: "Nair, Priya" }, paragraphs: workOrder },
  { document: { id: "reply", name: "RE RE Trailer 4471.eml", kind: "mail", bytes: 12_040, type: "mail", date: "2022-08-23", language: "en", custodian: "Okafor, Thomas", thread: "trailer", mail: { from: "Thomas Okafor <tokafor@meridian.example>", to: ["Priya Nair <pnair@meridian.example>"], cc: ["Dispatch <dispatch@meridian.example>"], subject: `RE: ${trailer}`, sent: "2022-08-23T06:02:00Z" } }, paragraphs: reply },
  { document: { id: "amended", name: "Transportation Agreement, amended 2021.pdf", kind: "pdf", title: "Master Transportation Services Agreement", parties, bytes: 290_804, type: "contract", date: "2021-05-01", language: "en", similar: "agreement" }, paragraphs: amendment },
  { document: { id: "receipt", name: "Fuel receipt 4471.jpg", kind: "image", bytes: 240_100, type: "invoice", date: "2022-08-16", language: "en", ocrPages: 1 }, paragraphs: receipt },
];
