/** @file Files that hold no data that are read, by the ends of their names and by how they begin: what each is, and what to do. */

/** A kind of file that is not read. */
interface ForeignKind {
  /** What such a file is, after "is". */
  readonly what: string;
  /** What to do with it, as a command. */
  readonly cure: string;
  readonly ending?: RegExp;
  /** Its first bytes, any of these, in Latin-1. */
  readonly begins?: readonly string[];
}

const AS_CSV = 'save the sheet with the data as CSV, and give that';
const BY_PANDAS = "save it as CSV or Parquet, in Python by to_csv('table.csv', index=False)";
const BY_R = "save it in R by write.csv(x, 'table.csv', row.names = FALSE)";
const UNPACK = 'unpack it, and give what is in it';
const AS_NUMPY = "save the array in Python by numpy.save('x.npy', x)";
const ITS_FOLDER = 'give the folder that holds the images';

const KINDS: readonly ForeignKind[] = [
  {
    what: 'an Excel workbook',
    cure: AS_CSV,
    ending: /\.(xlsx|xlsm|xlsb|xls)$/i,
    begins: ['\xd0\xcf\x11\xe0'],
  },
  { what: 'an OpenDocument sheet', cure: AS_CSV, ending: /\.ods$/i },
  { what: 'JSON', cure: BY_PANDAS, ending: /\.(json|jsonl|ndjson|geojson)(\.gz)?$/i },
  {
    what: 'data of R',
    cure: BY_R,
    ending: /\.(rds|rdata|rda)$/i,
    begins: ['RDX2\n', 'RDX3\n', 'RDA2\n', 'RDA3\n'],
  },
  {
    what: 'a table of SPSS',
    cure: 'save it as CSV, in SPSS by "Save as", or in Python by pandas.read_spss',
    ending: /\.(sav|zsav|por)$/i,
    begins: ['$FL2', '$FL3'],
  },
  {
    what: 'a table of Stata',
    cure: 'save it as CSV, in Stata by export delimited, or in Python by pandas.read_stata',
    ending: /\.dta$/i,
    begins: ['<stata_d'],
  },
  {
    what: 'a table of SAS',
    cure: 'save it as CSV, in SAS by proc export, or in Python by pandas.read_sas',
    ending: /\.(sas7bdat|xpt)$/i,
  },
  {
    what: 'an SQLite database',
    cure: "save a table as CSV, by sqlite3 -header -csv FILE 'select * from TABLE' > table.csv",
    ending: /\.(sqlite3?|db3?)$/i,
    begins: ['SQLite f'],
  },
  {
    what: 'an Arrow or Feather file',
    cure: "save it as Parquet, in Python by pandas.read_feather(FILE).to_parquet('table.parquet')",
    ending: /\.(feather|arrow|ipc)$/i,
    begins: ['ARROW1', 'FEA1'],
  },
  { what: 'an ORC or Avro file', cure: BY_PANDAS, ending: /\.(orc|avro)$/i, begins: ['ORC', 'Obj\x01'] },
  {
    what: 'a pickle of Python, which could run any program when it is read',
    cure: `${AS_NUMPY}, or a table by to_parquet`,
    ending: /\.(pkl|pickle|joblib|pt|pth)$/i,
    begins: ['\x80\x02', '\x80\x03', '\x80\x04\x95', '\x80\x05\x95'],
  },
  {
    what: 'a file of MATLAB',
    cure: "save the matrix in MATLAB by writematrix(x, 'table.csv'), or in Python by scipy.io.loadmat and numpy.save",
    ending: /\.mat$/i,
    begins: ['MATLAB '],
  },
  {
    what: 'a table of flow cytometry',
    cure: 'export its events as CSV',
    ending: /\.fcs$/i,
    begins: ['FCS2', 'FCS3'],
  },
  {
    what: 'a medical image',
    cure: 'save its slices as PNG (16 bits are read), and give their folder',
    ending: /\.(dcm|dicom|nii|nii\.gz|mha|nrrd)$/i,
  },
  {
    what: 'one image',
    cure: ITS_FOLDER,
    ending: /\.(png|jpe?g|webp)$/i,
    begins: ['\x89PNG', '\xff\xd8\xff'],
  },
  {
    what: 'one image of a format that is not read',
    cure: 'save the images as PNG, and give their folder',
    ending: /\.(tiff?|gif|bmp|heic|heif|avif|jp2|svg|ppm|pgm|psd)$/i,
    begins: ['GIF8', 'II*\0', 'MM\0*', 'BM'],
  },
  {
    what: 'a packed archive',
    cure: UNPACK,
    ending: /\.(zip|tar|tgz|tbz2?|txz|tar\.\w+|7z|rar|bz2|xz|zst|lz4)$/i,
    begins: ['7z\xbc\xaf', 'Rar!', 'BZh', '\xfd7zXZ', '(\xb5/\xfd'],
  },
  {
    what: 'a PDF',
    cure: 'copy its table into a sheet, and save that as CSV',
    ending: /\.pdf$/i,
    begins: ['%PDF-'],
  },
  {
    what: 'a web page, perhaps in place of what was to be downloaded',
    cure: 'download the file again',
    ending: /\.html?$/i,
    begins: ['<!DOCTYP', '<!doctyp', '<html', '<HTML'],
  },
  {
    what: 'a text document',
    cure: 'save its table as CSV',
    ending: /\.(docx?|odt|rtf)$/i,
    begins: ['{\\rtf'],
  },
  {
    what: 'a film or a sound',
    cure: 'save its pictures as PNG, or numbers that describe it as CSV',
    ending: /\.(mp4|avi|mov|mkv|webm|wav|mp3|flac|ogg)$/i,
  },
  { what: 'a network', cure: 'give data', ending: /\.(onnx|safetensors|ckpt|pb)$/i },
];

/** What is wrong with a file of a kind that is not read, and what to do; nothing where the kind is not known. */
export function foreignFile(path: string, start: Uint8Array): string | undefined {
  const kind = KINDS.find(({ ending }) => ending?.test(path)) ?? beginning(start);
  return kind && `${path} is ${kind.what}: ${kind.cure}.`;
}

/** As {@link foreignFile}, by its first bytes alone: for a file whose name promises a table. */
export function foreignContent(path: string, start: Uint8Array): string | undefined {
  const kind = beginning(start);
  return kind && `${path} does not hold what its name says, it is ${kind.what}: ${kind.cure}.`;
}

function beginning(start: Uint8Array): ForeignKind | undefined {
  const text = Buffer.from(start).toString('latin1');
  return KINDS.find(({ begins }) => begins?.some((mark) => text.startsWith(mark)));
}

const IMAGE = /\.(png|jpe?g|webp|gif|tiff?|bmp)$/i;
const TABLE = /\.(csv|tsv|parquet|pq|h5|h5ad|mtx)(\.gz)?$/i;

/** What is in a zip archive that holds no arrays, and what to do. @param names of its entries. */
export function foreignZip(path: string, names: readonly string[]): string {
  const files = names.filter((name) => !name.endsWith('/') && !name.startsWith('__MACOSX/'));
  const inside = (start: string) => files.some((name) => name.startsWith(start));
  if (inside('xl/')) return `${path} is an Excel workbook: ${AS_CSV}.`;
  if (inside('word/') || inside('ppt/')) return `${path} is a text document: save its table as CSV.`;
  if (files.includes('content.xml')) return `${path} is an OpenDocument sheet: ${AS_CSV}.`;
  const checkpoint = files.some((name) => name.endsWith('data.pkl'));
  if (checkpoint) return `${path} holds tensors of PyTorch: ${AS_NUMPY}.`;
  if (files.length === 0) return `${path} is an empty zip archive: ${UNPACK.replace('unpack it, and ', '')}.`;
  const images = files.filter((name) => IMAGE.test(name));
  if (images.length > 0) {
    return `${path} is a zip archive of ${images.length} image(s): unpack it, and give the folder.`;
  }
  const table = files.find((name) => TABLE.test(name));
  if (table !== undefined) return `${path} is a zip archive with ${table}: unpack it, and give that file.`;
  return `${path} is a zip archive without .npy arrays (it has ${files.slice(0, 3).join(', ')}${files.length > 3 ? ', ...' : ''}): save arrays with numpy.savez, or unpack it and give what is in it.`;
}
