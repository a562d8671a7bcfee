// A picture of at most 256 colours, as an indexed PNG: a third of what the browser writes. Given and told in base64.
const [picture, tell] = [arguments[0], arguments[1]];
const COLOURS_MAX = 256;

// The pixels as numbers, and how often each colour is there.
async function read(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint32Array(width * height);
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += 1) {
    const colour = (data[4 * at] << 16) | (data[4 * at + 1] << 8) | data[4 * at + 2];
    pixels[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return { width, height, pixels, counts };
}

const part = (colour, shift) => (colour >> shift) & 255;

// A box of colours: along which of red, green and blue it is widest, and how much it matters.
function box(colours, counts) {
  let [widest, range, weight] = [0, -1, 0];
  for (const shift of [16, 8, 0]) {
    let [low, high] = [255, 0];
    for (const colour of colours) { low = Math.min(low, part(colour, shift)); high = Math.max(high, part(colour, shift)); }
    if (high - low > range) [widest, range] = [shift, high - low];
  }
  for (const colour of colours) weight += counts.get(colour);
  return { colours, widest, weight, matters: colours.length > 1 ? range * range * Math.sqrt(weight) : -1 };
}

// Cut in two where half of its pixels lie on either side.
function cut({ colours, widest, weight }, counts) {
  colours.sort((one, other) => part(one, widest) - part(other, widest));
  let [at, seen] = [0, 0];
  while (at < colours.length - 1 && (seen < weight / 2 || at === 0)) { seen += counts.get(colours[at]); at += 1; }
  return [box(colours.slice(0, at), counts), box(colours.slice(at), counts)];
}

function palette(counts) {
  const boxes = [box([...counts.keys()], counts)];
  while (boxes.length < Math.min(COLOURS_MAX, counts.size)) {
    const next = boxes.reduce((best, one, at) => (one.matters > boxes[best].matters ? at : best), 0);
    boxes.splice(next, 1, ...cut(boxes[next], counts));
  }
  const places = new Map();
  const entries = boxes.flatMap(({ colours, weight }, place) => {
    for (const colour of colours) places.set(colour, place);
    return [16, 8, 0].map((shift) => Math.round(colours.reduce((sum, one) => sum + part(one, shift) * counts.get(one), 0) / weight));
  });
  return { places, entries };
}

const CHECKS = Uint32Array.from({ length: 256 }, (_, start) => {
  let check = start;
  for (let bit = 0; bit < 8; bit += 1) check = check & 1 ? (check >>> 1) ^ 0xedb88320 : check >>> 1;
  return check;
});

function chunk(name, content) {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set([...name].map((letter) => letter.charCodeAt(0)), 4);
  bytes.set(content, 8);
  let check = 0xffffffff;
  for (const byte of bytes.subarray(4, 8 + content.length)) check = (check >>> 8) ^ CHECKS[(check ^ byte) & 255];
  view.setUint32(8 + content.length, ~check >>> 0);
  return bytes;
}

async function write({ width, height, pixels }, { places, entries }) {
  const rows = new Uint8Array((width + 1) * height);
  for (let at = 0; at < pixels.length; at += 1) rows[at + Math.floor(at / width) + 1] = places.get(pixels[at]);
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate")));
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint16(8, 0x0803); // eight bits, each the place of a colour
  return new Blob([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("PLTE", Uint8Array.from(entries)),
    chunk("IDAT", new Uint8Array(await packed.arrayBuffer())),
    chunk("IEND", new Uint8Array()),
  ]);
}

async function told(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

read(picture)
  .then((image) => write(image, palette(image.counts)))
  .then(told)
  .then(tell, (error) => tell(String(error)));
