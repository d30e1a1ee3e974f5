package bridge

// packageValues are the exported variables of the standard library that hold an error, or
// a pointer that is the same wherever it is met. What every program knows (package
// codec's own list) is not repeated.
var packageValues = map[string][]string{
	"archive/tar":         {"ErrFieldTooLong", "ErrHeader", "ErrInsecurePath", "ErrWriteAfterClose", "ErrWriteTooLong"},
	"archive/zip":         {"ErrAlgorithm", "ErrChecksum", "ErrFormat", "ErrInsecurePath"},
	"bufio":               {"ErrAdvanceTooFar", "ErrBadReadCount", "ErrBufferFull", "ErrFinalToken", "ErrInvalidUnreadByte", "ErrInvalidUnreadRune", "ErrNegativeAdvance", "ErrNegativeCount", "ErrTooLong"},
	"bytes":               {"ErrTooLarge"},
	"compress/gzip":       {"ErrChecksum", "ErrHeader"},
	"compress/zlib":       {"ErrChecksum", "ErrDictionary", "ErrHeader"},
	"context":             {"Canceled", "DeadlineExceeded"},
	"crypto/dsa":          {"ErrInvalidPublicKey"},
	"crypto/rand":         {"Reader"},
	"crypto/rsa":          {"ErrDecryption", "ErrMessageTooLong", "ErrVerification"},
	"crypto/x509":         {"ErrUnsupportedAlgorithm", "IncorrectPasswordError"},
	"database/sql":        {"ErrConnDone", "ErrNoRows", "ErrTxDone"},
	"database/sql/driver": {"ErrBadConn", "ErrRemoveArgument", "ErrSkip"},
	"encoding/base32":     {"HexEncoding", "StdEncoding"},
	"encoding/base64":     {"RawStdEncoding", "RawURLEncoding", "StdEncoding", "URLEncoding"},
	"encoding/csv":        {"ErrBareQuote", "ErrFieldCount", "ErrQuote"},
	"encoding/hex":        {"ErrLength"},
	"flag":                {"CommandLine", "ErrHelp"},
	"hash/crc32":          {"IEEETable"},
	"image":               {"Black", "ErrFormat", "Opaque", "Transparent", "White"},
	"image/color":         {"Alpha16Model", "AlphaModel", "CMYKModel", "Gray16Model", "GrayModel", "NRGBA64Model", "NRGBAModel", "NYCbCrAModel", "RGBA64Model", "RGBAModel", "YCbCrModel"},
	"image/draw":          {"FloydSteinberg"},
	"io/ioutil":           {"Discard"},
	"mime":                {"ErrInvalidMediaParameter"},
	"mime/multipart":      {"ErrMessageTooLarge"},
	"net":                 {"DefaultResolver", "ErrClosed", "ErrWriteToConnected"},
	"net/http": {
		"DefaultClient", "DefaultServeMux", "DefaultTransport", "ErrAbortHandler", "ErrBodyNotAllowed", "ErrBodyReadAfterClose",
		"ErrContentLength", "ErrHandlerTimeout", "ErrHijacked", "ErrLineTooLong", "ErrMissingBoundary",
		"ErrMissingFile", "ErrNoCookie", "ErrNoLocation", "ErrNotMultipart", "ErrNotSupported",
		"ErrSchemeMismatch", "ErrServerClosed", "ErrSkipAltProtocol", "ErrUseLastResponse", "LocalAddrContextKey", "NoBody", "ServerContextKey",
	},
	"net/http/httputil": {"ErrClosed", "ErrLineTooLong", "ErrPersistEOF", "ErrPipeline"},
	"net/mail":          {"ErrHeaderNotPresent"},
	"net/rpc":           {"DefaultServer", "ErrShutdown"},
	"os":                {"Interrupt", "Kill"},
	"os/exec":           {"ErrDot", "ErrNotFound", "ErrWaitDelay"},
	"path":              {"ErrBadPattern"},
	"path/filepath":     {"ErrBadPattern"},
	"testing/iotest":    {"ErrTimeout"},
}

// hiddenTypes are types that are not exported and of which a value may sit in an
// interface, with an expression that has such a value. Packages stand in braces.
var hiddenTypes = map[string]string{
	"math/rand.rngSource":   "{math/rand}.NewSource(1)",
	"context.backgroundCtx": "{context}.Background()",
	"context.todoCtx":       "{context}.TODO()",
	"context.valueCtx":      "{context}.WithValue({context}.Background(), 0, 0)",
}
