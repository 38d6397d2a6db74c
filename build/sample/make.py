#!/usr/bin/env python3
"""Writes the two documents of the sample matter that are our own: a memorandum
(.docx) and an e-mail (.eml) with a timetable attached. The law firm, its people
and their instructions are invented; what is said of the agreement and of the
decisions was taken from them. The output is the same on every run.

usage: build/sample/make.py
"""

import io
import pathlib
import zipfile
from email.message import EmailMessage
from xml.sax.saxutils import escape

FOLDER = pathlib.Path(__file__).parent / "documents"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")


def run(text, bold=False):
    style = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{style}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(text, style=None, bold=False):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{run(text, bold)}</w:p>"


def table(rows):
    cells = lambda row, bold: "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{9000 // len(row)}" w:type="dxa"/></w:tcPr>{paragraph(cell, bold=bold)}</w:tc>' for cell in row
    )
    lines = "".join(f"<w:tr>{cells(row, number == 0)}</w:tr>" for number, row in enumerate(rows))
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{9000 // len(rows[0])}"/>' for _ in rows[0])
    return f"<w:tbl><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl><w:p/>"


def docx(title, body):
    """The bytes of a Word document with that title and body."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{label}"/><w:pPr><w:spacing w:before="240" w:after="120"/>'
        f'</w:pPr><w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
        for name, label, size in (("Title", "Title", 36), ("Heading1", "heading 1", 28))
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{"/".join(DOCX)}.main+xml"/>'
        '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title><dc:creator>Mark AI sample matter</dc:creator></cp:coreProperties>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{"".join(body)}'
        '<w:sectPr><w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/></w:sectPr></w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 2, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return out.getvalue()


HEADING = "Heading1"

MEMO = docx(
    "Memorandum to file: ending the Liquidmetal and Eutectix agreement",
    [
        paragraph("Memorandum to file", "Title"),
        paragraph("Privileged and confidential. Attorney work product.", bold=True),
        paragraph("To: Margaret Ashworth"),
        paragraph("From: Daniel Okafor"),
        paragraph("Re: Liquidmetal Technologies, Inc. and Eutectix, LLC, Business Development Agreement of 2020"),
        paragraph("1. What we were asked", HEADING),
        paragraph(
            "Our client supplies parts to one of the parties and wants to know how firmly the two are tied to each other: how either "
            "of them can leave, what leaving costs, and what happens to the machines. We act for neither party to the agreement. "
            "We have read the copy filed with the Securities and Exchange Commission; it leaves the day of the effective date blank."
        ),
        paragraph("2. Where the agreement speaks to it", HEADING),
        table(
            [
                ("Subject", "Section", "What to look for"),
                ("How long it runs, and renewal", "1", "Five years, then periods of twelve months"),
                ("Machines lent to Eutectix", "2.1", "The list, (a) to (j); the die casting machines under (b) are treated apart"),
                ("Leaving because of a breach", "5.1", "A breach that is material, word of it in writing, and time to cure"),
                ("Leaving without a reason", "5.2", "Compare its wording with Section 1: the two overlap"),
                ("Insolvency", "5.3", "The agreement ends by itself; check this against the Bankruptcy Code before relying on it"),
                ("What follows", "5.4", "Inventory, open orders, six months to finish work in process"),
                ("Eutectix's option on the machines", "5.5", "Fair market value, three appraisers, closing within sixty days"),
                ("How a letter must be sent", "14.5", "By hand, certified mail, overnight courier or fax; the details for Eutectix are blank"),
            ]
        ),
        paragraph("3. A point of construction", HEADING),
        paragraph(
            "Section 5.2 lets either side leave for any reason, yet ties the time to the end of the term that is then running. It can be "
            "read in two ways: as a right to leave on any day once the time has run, or as a right not to renew. Section 1 already says "
            "the second, which speaks for the first reading, because a court will try not to leave a section without work to do. "
            "In Tarrant Regional Water District v. Herrmann the Supreme Court read an agreement between states like a contract, beginning "
            "with its express terms, and then asked what silence meant, what similar agreements provided, and how the parties had acted."
        ),
        paragraph(
            "St. Pierre v. Standard Insurance shows the limits of a party's own understanding of a form: payroll deductions that she took to "
            "pay for a second policy did not make one. Conduct helps to read words that are there; it does not supply them."
        ),
        paragraph("4. If somebody runs to court", HEADING),
        paragraph(
            "The order in ConsumerInfo.com v. Leon is a useful form of preliminary injunction where source code and confidential material "
            "leave with a former contractor: likelihood of success on at least one claim, irreparable harm, the balance of hardships and the "
            "public interest, each in one sentence, followed by narrow prohibitions. Calvary Chapel of Bangor v. Mills is a warning about "
            "the other side of the coin: the First Circuit dismissed the appeal because the denial of a temporary restraining order was not "
            "an order it had jurisdiction to review."
        ),
        paragraph(
            "Gift Surplus v. State of North Carolina matters for one thing only: whether a question that mixes law and fact is reviewed "
            "afresh on appeal. The court modified and affirmed."
        ),
        paragraph("5. Side questions", HEADING),
        paragraph(
            "The Copyright Office's summary of the Digital Millennium Copyright Act is in the file because the machines run on licensed "
            "control software; see what it says on maintenance and repair of computers (Title III). The proposed airworthiness directive "
            "is in the file because a customer asked whether cast brackets for that aircraft would fall under it. We have not answered that."
        ),
        paragraph("6. Still to do", HEADING),
        paragraph("(a) Ask for the executed copy with its effective date."),
        paragraph("(b) Ask whether notices under Section 14.5 have ever been sent, and to which address."),
        paragraph("(c) List the orders that were accepted and are not yet delivered."),
        paragraph("(d) Find out what an appraisal of the machines under Section 5.5 would cost and how long it takes."),
    ],
)

TIMETABLE = docx(
    "Timetable",
    [
        paragraph("Timetable", "Title"),
        paragraph("Working assumption, to be checked against the executed copy: effective date January 31, 2020."),
        table(
            [
                ("Step", "Day", "Where it comes from"),
                ("End of the initial term", "January 31, 2025", "Section 1"),
                ("End of the second twelve-month period", "January 31, 2027", "Section 1"),
                ("Last day to write, if leaving at that end", "August 4, 2026", "Sections 1 and 5.2"),
                ("Last day for Eutectix to use its option on the machines", "The day the agreement ends", "Section 5.5(a)"),
                ("Closing of that purchase, where the price is agreed", "Sixty days after the end", "Section 5.5(c)"),
                ("Work in process finished and shipped", "Six months after the end", "Section 5.4(b)(ii)"),
            ]
        ),
        paragraph("Days were counted back from the end of the period, not counting the day on which the letter is sent."),
    ],
)


def email():
    message = EmailMessage()
    message["From"] = "Daniel Okafor <d.okafor@ashworth-okafor.example>"
    message["To"] = "Margaret Ashworth <m.ashworth@ashworth-okafor.example>"
    message["Date"] = "Mon, 08 Jun 2026 17:42:10 -0400"
    message["Subject"] = "Liquidmetal / Eutectix: timetable, and one thing I would not rely on"
    message["Message-ID"] = "<20260608174210.1@ashworth-okafor.example>"
    message.set_content(
        """Margaret,

the timetable you asked for is attached. It rests on an effective date of
January 31, 2020, which is my assumption: the filed copy says only "2020".
If the executed copy has another day, every date moves with it.

One thing I would not rely on is Section 5.3. It says that the agreement ends
by itself when a party becomes insolvent or files a petition. Whether that
holds once a petition has been filed is a question for the Bankruptcy Code,
not for the agreement. I have asked Priya to write two pages on it by Friday.

The client also asked who keeps the Engel injection molding machines. They are
on the list in Section 2.1(a), so Eutectix may buy them under Section 5.5. The
Eontec die casting machines in Section 2.1(b) are excepted from that option.

Can we speak on Wednesday before you call them?

Daniel
"""
    )
    message.add_attachment(TIMETABLE, maintype=DOCX[0], subtype=DOCX[1], filename="Timetable.docx")
    message.set_boundary("mark-ai-sample-boundary")
    return message.as_bytes()


(FOLDER / "Memorandum to file, ending the agreement.docx").write_bytes(MEMO)
(FOLDER / "E-mail Okafor to Ashworth, timetable.eml").write_bytes(email())
