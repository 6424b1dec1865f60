// libxml2, the independent reader that the decoder is compared with. Tests only.
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
