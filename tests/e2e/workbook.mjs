// Creates minimal .xlsx workbooks.
import { deflateRawSync } from "node:zlib";

const NAMESPACE = "http://schemas.openxmlformats.org";
const MAIN = `${NAMESPACE}/spreadsheetml/2006/main`;
const OFFICE = `${NAMESPACE}/officeDocument/2006/relationships`;
const PACKAGE = `${NAMESPACE}/package/2006/relationships`;

/** Creates a workbook of sheets by name, each an array of rows of texts and numbers. */
export function createWorkbook(sheets) {
  const names = Object.keys(sheets);
  const sheetList = names.map((name, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`);
  const relationships = names.map((_, at) => relation(at + 1, "worksheet", `worksheets/sheet${at + 1}.xml`));
  return zip({
    "[Content_Types].xml": types(names.length),
    "_rels/.rels": relations([relation(1, "officeDocument", "xl/workbook.xml")]),
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheetList.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(relationships),
    ...Object.fromEntries(names.map((name, at) => [`xl/worksheets/sheet${at + 1}.xml`, sheet(sheets[name])])),
  });
}

const escaped = (text) =>
  String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const relation = (id, type, target) => `<Relationship Id="rId${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;

const relations = (all) => `<Relationships xmlns="${PACKAGE}">${all.join("")}</Relationships>`;

function types(sheets) {
  const part = (name, type) =>
    `<Override PartName="/xl/${name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${type}+xml"/>`;
  const each = Array.from({ length: sheets }, (_, at) => part(`worksheets/sheet${at + 1}.xml`, "worksheet"));
  return `<Types xmlns="${NAMESPACE}/package/2006/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${part("workbook.xml", "sheet.main")}${each.join("")}</Types>`;
}

function sheet(rows) {
  const cell = (value, row, column) => {
    const at = `${letters(column)}${row + 1}`;
    if (typeof value === "number") return `<c r="${at}"><v>${value}</v></c>`;
    return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
  };
  const lines = rows.map(
    (cells, row) => `<row r="${row + 1}">${cells.map((value, column) => cell(value, row, column)).join("")}</row>`,
  );
  return `<worksheet xmlns="${MAIN}"><sheetData>${lines.join("")}</sheetData></worksheet>`;
}

const letters = (column) =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : "") + String.fromCharCode(65 + (column % 26));

/** Creates a zip archive of files by name. */
function zip(files) {
  const [parts, directory] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const plain = Buffer.from(text);
    const deflated = deflateRawSync(plain);
    const path = Buffer.from(name);
    const header = fields([20, 0, 8, 0, 33], [crc32(plain), deflated.length, plain.length], [path.length, 0]);
    parts.push(Buffer.from("PK\x03\x04"), header, path, deflated);
    directory.push(Buffer.from("PK\x01\x02"), fields([20], [], []), header, fields([0, 0, 0], [0, at], []), path);
    at += 4 + header.length + path.length + deflated.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = fields([0, 0, count, count], [central.length, at], [0]);
  return Buffer.concat([...parts, central, Buffer.from("PK\x05\x06"), end]);
}

/** Encodes little-endian numbers: two bytes each, then four, then two. */
function fields(first, long, last) {
  const short = (number) => Buffer.from([number & 255, number >> 8]);
  const wide = (number) => Buffer.from([0, 8, 16, 24].map((bits) => (number >>> bits) & 255));
  return Buffer.concat([...first.map(short), ...long.map(wide), ...last.map(short)]);
}

function crc32(bytes) {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}
