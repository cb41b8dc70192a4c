/** @file The text that an ONNX file carries besides its graph (metadata_props). */
import { PbfReader } from 'pbf';

/** Field of onnx.ModelProto with one StringStringEntryProto (1 key, 2 value) a repetition. */
const METADATA_PROPS = 14;

/** Key and value of every entry; for bytes that are no protocol buffer, the entries up to the first error. */
export function onnxMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  try {
    new PbfReader(bytes).readFields((tag, into, reader) => {
      if (tag !== METADATA_PROPS) return;
      const entry = reader.readMessage(
        (field, pair, part) => {
          if (field === 1) pair.key = part.readString();
          if (field === 2) pair.value = part.readString();
        },
        { key: '', value: '' },
      );
      into.set(entry.key, entry.value);
    }, found);
  } catch {
    // The runtime that loads the file reports whether it is a model.
  }
  return found;
}
