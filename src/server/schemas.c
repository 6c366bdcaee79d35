#include "server/schemas.h"

/* JSON as a C text, without a backslash before every quote. */
#define JSON(...) #__VA_ARGS__

/* clang-format off */
const mr_schema mr_schemas[] = {
    {"Problem", JSON({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": false,
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "field": {"type": "string", "description": "the parameter or member that is wrong"}
        }
    })},
    {"Health", JSON({
        "type": "object",
        "required": ["status"],
        "additionalProperties": false,
        "properties": {"status": {"type": "string"}}
    })},
    {"Switches", JSON({
        "type": "object",
        "required": ["age", "gender", "ethnicity", "emotion"],
        "additionalProperties": false,
        "properties": {
            "age": {"type": "boolean"},
            "gender": {"type": "boolean"},
            "ethnicity": {"type": "boolean"},
            "emotion": {"type": "boolean"}
        }
    })},
    {"Texts", JSON({"type": "array", "items": {"type": "string"}})},
    {"Info", JSON({
        "type": "object",
        "required": ["name", "version", "attributes", "ethnicity_on", "detector", "films", "genres",
                     "languages", "certificates", "moods", "emotions", "limits", "key_required"],
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string"},
            "version": {"type": "string"},
            "attributes": {"$ref": "#/components/schemas/Switches"},
            "ethnicity_on": {"type": "boolean", "description": "estimated without being asked for"},
            "detector": {"type": "string"},
            "films": {"type": "integer"},
            "genres": {"$ref": "#/components/schemas/Texts"},
            "languages": {"$ref": "#/components/schemas/Texts"},
            "certificates": {"$ref": "#/components/schemas/Texts"},
            "moods": {"$ref": "#/components/schemas/Texts"},
            "emotions": {"$ref": "#/components/schemas/Texts"},
            "limits": {
                "type": "object",
                "required": ["body_bytes", "pixels", "frames_per_second", "streams"],
                "additionalProperties": false,
                "properties": {
                    "body_bytes": {"type": "integer"},
                    "pixels": {"type": "integer"},
                    "frames_per_second": {"type": "number"},
                    "streams": {"type": "integer"}
                }
            },
            "key_required": {"type": "boolean"}
        }
    })},
    {"Age", JSON({
        "type": ["object", "null"],
        "required": ["years", "low", "high", "range"],
        "additionalProperties": false,
        "properties": {
            "years": {"type": "integer"},
            "low": {"type": "integer", "description": "low to high: a calibrated 80 % interval"},
            "high": {"type": "integer"},
            "range": {"type": "string"}
        }
    })},
    {"Gender", JSON({
        "type": ["object", "null"],
        "required": ["label", "probability", "sure"],
        "additionalProperties": false,
        "properties": {
            "label": {"type": "string"},
            "probability": {"type": "number"},
            "sure": {"type": "boolean"}
        }
    })},
    {"Classes", JSON({
        "type": ["object", "null"],
        "required": ["label", "probabilities", "sure"],
        "additionalProperties": false,
        "properties": {
            "label": {"type": "string"},
            "probabilities": {"type": "object", "additionalProperties": {"type": "number"}},
            "sure": {"type": "boolean"}
        }
    })},
    {"Face", JSON({
        "type": "object",
        "required": ["box", "score", "landmarks", "age", "gender", "ethnicity", "emotion"],
        "additionalProperties": false,
        "properties": {
            "box": {"type": "array", "items": {"type": "number"},
                    "description": "x, y, width and height in pixels"},
            "score": {"type": "number"},
            "landmarks": {"type": ["array", "null"],
                          "items": {"type": "array", "items": {"type": "number"}}},
            "age": {"$ref": "#/components/schemas/Age"},
            "gender": {"$ref": "#/components/schemas/Gender"},
            "ethnicity": {"$ref": "#/components/schemas/Classes"},
            "emotion": {"$ref": "#/components/schemas/Classes"}
        }
    })},
    {"Analysis", JSON({
        "type": "object",
        "required": ["width", "height", "ms", "faces"],
        "additionalProperties": false,
        "properties": {
            "width": {"type": "integer"},
            "height": {"type": "integer"},
            "ms": {"type": "number"},
            "faces": {"type": "array", "items": {"$ref": "#/components/schemas/Face"}}
        }
    })},
    {"Film", JSON({
        "type": "object",
        "required": ["id", "title", "year", "genres", "language", "certificate"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "year": {"type": ["integer", "null"]},
            "genres": {"$ref": "#/components/schemas/Texts"},
            "language": {"type": ["string", "null"]},
            "certificate": {"type": ["string", "null"]}
        }
    })},
    {"Films", JSON({
        "type": "object",
        "required": ["total", "films"],
        "additionalProperties": false,
        "properties": {
            "total": {"type": "integer", "description": "films that match, on all pages"},
            "films": {"type": "array", "items": {"$ref": "#/components/schemas/Film"}}
        }
    })},
    {"Suggestion", JSON({
        "type": "object",
        "required": ["id", "title", "year", "genres", "language", "certificate", "score",
                     "explored", "reasons"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "year": {"type": ["integer", "null"]},
            "genres": {"$ref": "#/components/schemas/Texts"},
            "language": {"type": ["string", "null"]},
            "certificate": {"type": ["string", "null"]},
            "score": {"type": "number", "description": "0 to 1, comparable within one answer"},
            "explored": {"type": "boolean", "description": "drawn at random, to discover tastes"},
            "reasons": {"$ref": "#/components/schemas/Texts"}
        }
    })},
    {"Recommendation", JSON({
        "type": "object",
        "required": ["films"],
        "additionalProperties": false,
        "properties": {
            "width": {"type": "integer"},
            "height": {"type": "integer"},
            "ms": {"type": "number"},
            "faces": {"type": "array", "items": {"$ref": "#/components/schemas/Face"}},
            "films": {"type": "array", "items": {"$ref": "#/components/schemas/Suggestion"}}
        }
    })},
    {"Viewer", JSON({
        "type": "object",
        "required": ["id", "since"],
        "additionalProperties": false,
        "properties": {"id": {"type": "string"}, "since": {"type": "string"}}
    })},
    {"Opinion", JSON({
        "type": "object",
        "required": ["film", "kind", "rating", "at"],
        "additionalProperties": false,
        "properties": {
            "film": {
                "type": "object",
                "required": ["id", "title", "year"],
                "additionalProperties": false,
                "properties": {
                    "id": {"type": "string"},
                    "title": {"type": ["string", "null"]},
                    "year": {"type": ["integer", "null"]}
                }
            },
            "kind": {"type": "string"},
            "rating": {"type": ["integer", "null"]},
            "at": {"type": ["string", "null"]}
        }
    })},
    {"History", JSON({
        "type": "object",
        "required": ["id", "since", "feedback"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string"},
            "since": {"type": "string"},
            "feedback": {"type": "array", "items": {"$ref": "#/components/schemas/Opinion"}}
        }
    })},
    {"Feedback", JSON({
        "type": "object",
        "required": ["viewer", "film", "kind", "rating", "count"],
        "additionalProperties": false,
        "properties": {
            "viewer": {"type": "string"},
            "film": {"type": "string"},
            "kind": {"type": "string"},
            "rating": {"type": ["integer", "null"]},
            "count": {"type": "integer", "description": "opinions of this viewer"}
        }
    })},
    {"Viewers", JSON({
        "type": "array",
        "minItems": 1,
        "maxItems": 8,
        "items": {
            "type": "object",
            "description":
                "what is known of one viewer, or a face; members without a type are passed over",
            "additionalProperties": false,
            "properties": {
                "box": {},
                "score": {},
                "landmarks": {},
                "ethnicity": {},
                "id": {},
                "since": {},
                "in_sight": {},
                "age": {
                    "description": "years, or {years, low, high} with an 80 % interval",
                    "type": ["integer", "object", "null"]
                },
                "gender": {
                    "description": "a label, or {label, probability}",
                    "type": ["string", "object", "null"]
                },
                "emotion": {
                    "description": "a label, or {probabilities} of all",
                    "type": ["string", "object", "null"]
                },
                "viewer": {
                    "description": "whose history counts; me is the cookie's",
                    "type": ["string", "null"]
                }
            }
        }
    })},
};
/* clang-format on */

const size_t mr_schema_count = sizeof mr_schemas / sizeof *mr_schemas;
