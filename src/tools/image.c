/* SPDX-License-Identifier: MIT */
#include "image.h"
#include "describe.h"
#include "file_io.h"
#include "picture_check.h"
#include "report.h"
#include <errno.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIDE  16384
#define WHITE     0xffffff
#define WHAT_SIZE (PATH_MAX + 16)

/* How a picture's values become elements. */
struct conversion {
	enum apu_dtype dtype;
	bool is_plain; /* neither --mean nor --std */
	double mean, std;
	double scale;
	double zero_point, min, max;
};

bool
apui_image_fits(const struct apu_tensor *tensor)
{
	int64_t channels = apu_tensor_dim(tensor, 3);

	if (apu_tensor_rank(tensor) != 4 || apu_tensor_dim(tensor, 0) != 1 ||
	    (channels != 1 && channels != 3))
		return false;
	for (unsigned int i = 1; i < 3; i++)
		if (apu_tensor_dim(tensor, i) < 1 ||
		    apu_tensor_dim(tensor, i) > MAX_SIDE)
			return false;
	return true;
}

static int
plan_conversion(const struct apui_options *options,
		const struct apu_tensor *tensor, struct conversion *out_how)
{
	enum apu_dtype dtype = apu_tensor_dtype(tensor);
	bool is_quantised = apu_tensor_quant_count(tensor) == 1;
	bool is_signed = dtype == APU_DTYPE_INT8;

	*out_how = (struct conversion) {
		.dtype = dtype,
		.is_plain = !options->has_mean && !options->has_std,
		.mean = options->mean,
		.std = options->std,
		.scale = (double)apu_tensor_scale(tensor, 0),
		.zero_point = (double)apu_tensor_zero_point(tensor, 0),
		.min = is_signed ? -128 : 0,
		.max = is_signed ? 127 : 255,
	};
	if (dtype == APU_DTYPE_FLOAT32)
		return APUI_DONE;
	if (dtype != APU_DTYPE_INT8 && dtype != APU_DTYPE_UINT8)
		return apui_report_failure(
			"--image", "use --raw-in or --input",
			"the model's input is %s, not uint8, int8 or float32",
			apu_dtype_name(dtype));
	if (!out_how->is_plain && !is_quantised)
		return apui_report_failure("--image", "leave both out",
					   "--mean and --std need an input "
					   "that is quantised or float32");
	return APUI_DONE;
}

static void
describe_conversion(const struct conversion *how, char *text, size_t text_bytes)
{
	if (!how->is_plain || how->dtype == APU_DTYPE_FLOAT32)
		snprintf(text, text_bytes, "(v - %g) / %g", how->mean,
			 how->std);
	else
		snprintf(text, text_bytes, "%s",
			 how->dtype == APU_DTYPE_INT8 ? "v - 128" : "v");
}

/* All 256 answers at once: a picture has no other values. */
static void
fill_table(const struct conversion *how, uint8_t table[256][4])
{
	for (unsigned int v = 0; v < 256; v++) {
		double real = ((double)v - how->mean) / how->std;
		double q = round(real / how->scale) + how->zero_point;
		float real32 = (float)real;

		if (how->dtype == APU_DTYPE_FLOAT32)
			memcpy(table[v], &real32, sizeof(real32));
		else if (how->is_plain)
			table[v][0] = (uint8_t)((int)v + (int)how->min);
		else
			table[v][0] =
				(uint8_t)(int)fmin(fmax(q, how->min), how->max);
	}
}

/* Luminance of Rec. 601, in integers so that it is the same everywhere. */
static uint8_t
grey_of(const uint8_t *rgb)
{
	return (uint8_t)((299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500) /
			 1000);
}

static void
convert_pixels(GdkPixbuf *picture, unsigned int channels,
	       const struct conversion *how, uint8_t *out)
{
	const uint8_t *pixels = gdk_pixbuf_read_pixels(picture);
	size_t stride = (size_t)gdk_pixbuf_get_rowstride(picture);
	size_t width = (size_t)gdk_pixbuf_get_width(picture);
	size_t height = (size_t)gdk_pixbuf_get_height(picture);
	size_t element_bytes = apu_dtype_size_bytes(how->dtype);
	uint8_t table[256][4];

	fill_table(how, table);
	for (size_t i = 0; i < width * height; i++) {
		const uint8_t *rgb =
			pixels + i / width * stride + i % width * 3;

		for (unsigned int c = 0; c < channels; c++) {
			uint8_t v = channels == 1 ? grey_of(rgb) : rgb[c];

			memcpy(out, table[v], element_bytes);
			out += element_bytes;
		}
	}
}

/* Loaders warn on standard error, where only our one line belongs. */
static void
ignore_log(const gchar *domain, GLogLevelFlags level, const gchar *message,
	   gpointer data)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)data;
}

static int
fail_picture(const char *path, const char *why)
{
	char what[WHAT_SIZE];

	snprintf(what, sizeof(what), "read picture %s", path);
	return apui_report_failure(
		what, "name a whole PNG, JPEG, PGM, PPM or BMP file", "%s",
		why);
}

static int
check_whole(const char *path)
{
	struct apui_bytes file;
	int status;

	status = apui_bytes_read(path, &file);
	if (status != APUI_DONE)
		return status;
	if (!apui_picture_is_whole(&file))
		status = fail_picture(path, "it is cut off");
	free(file.data);
	return status;
}

static int
decode_picture(const char *path, GdkPixbuf **out_picture)
{
	GError *error = NULL;
	GdkPixbuf *picture;
	int status;

	g_log_set_default_handler(ignore_log, NULL);
	picture = gdk_pixbuf_new_from_file(path, &error);
	if (picture == NULL) {
		status = fail_picture(path, error->message);
		g_error_free(error);
		return status;
	}
	if (gdk_pixbuf_get_bits_per_sample(picture) != 8 ||
	    gdk_pixbuf_get_n_channels(picture) < 3) {
		g_object_unref(picture);
		return fail_picture(path, "its pixels are not 8-bit RGB");
	}
	*out_picture = picture;
	return APUI_DONE;
}

static int
load_picture(const char *path, GdkPixbuf **out_picture)
{
	int status = check_whole(path);

	return status != APUI_DONE ? status : decode_picture(path, out_picture);
}

/* Replace *picture by what was made of it; NULL means out of memory. */
static int
replace(GdkPixbuf **picture, GdkPixbuf *made)
{
	if (made == NULL)
		return apui_report_errno(ENOMEM, "convert the picture");
	g_object_unref(*picture);
	*picture = made;
	return APUI_DONE;
}

static int
turn_upright(GdkPixbuf **picture, struct apui_image_note *note)
{
	const char *orientation =
		gdk_pixbuf_get_option(*picture, "orientation");

	note->was_turned = orientation != NULL && strcmp(orientation, "1") != 0;
	if (!note->was_turned)
		return APUI_DONE;
	return replace(picture,
		       gdk_pixbuf_apply_embedded_orientation(*picture));
}

static int
lay_on_white(GdkPixbuf **picture, struct apui_image_note *note)
{
	note->had_opacity = gdk_pixbuf_get_has_alpha(*picture);
	if (!note->had_opacity)
		return APUI_DONE;
	return replace(picture,
		       gdk_pixbuf_composite_color_simple(
			       *picture, gdk_pixbuf_get_width(*picture),
			       gdk_pixbuf_get_height(*picture),
			       GDK_INTERP_NEAREST, 255, 8, WHITE, WHITE));
}

static int
resize(GdkPixbuf **picture, const struct apui_image_note *note)
{
	if (note->from_width == note->to_width &&
	    note->from_height == note->to_height)
		return APUI_DONE;
	return replace(picture,
		       gdk_pixbuf_scale_simple(*picture, (int)note->to_width,
					       (int)note->to_height,
					       GDK_INTERP_BILINEAR));
}

static int
prepare_picture(GdkPixbuf **picture, struct apui_image_note *note)
{
	int status;

	status = turn_upright(picture, note);
	if (status != APUI_DONE)
		return status;
	note->from_width = (unsigned int)gdk_pixbuf_get_width(*picture);
	note->from_height = (unsigned int)gdk_pixbuf_get_height(*picture);

	status = lay_on_white(picture, note);
	if (status != APUI_DONE)
		return status;
	return resize(picture, note);
}

int
apui_image_read(const struct apui_options *options,
		const struct apu_tensor *tensor, uint8_t **out_data,
		struct apui_image_note *out_note)
{
	struct apui_image_note note = {
		.path = options->image,
		.to_height = (unsigned int)apu_tensor_dim(tensor, 1),
		.to_width = (unsigned int)apu_tensor_dim(tensor, 2),
		.to_channels = (unsigned int)apu_tensor_dim(tensor, 3),
		.tensor = tensor,
	};
	struct conversion how;
	GdkPixbuf *picture = NULL;
	uint8_t *data;
	int status;

	status = plan_conversion(options, tensor, &how);
	if (status != APUI_DONE)
		return status;
	describe_conversion(&how, note.values, sizeof(note.values));
	status = load_picture(options->image, &picture);
	if (status != APUI_DONE)
		return status;
	status = prepare_picture(&picture, &note);
	if (status != APUI_DONE)
		goto out_unref;

	data = malloc(apu_tensor_size_bytes(tensor));
	if (data == NULL) {
		status = apui_report_errno(ENOMEM, "convert the picture");
		goto out_unref;
	}
	convert_pixels(picture, note.to_channels, &how, data);
	*out_data = data;
	*out_note = note;

out_unref:
	g_object_unref(picture);
	return status;
}

void
apui_image_print_note(FILE *out, const struct apui_image_note *note)
{
	char quantisation[APUI_DESCRIBE_BYTES];

	apui_describe_quantisation(note->tensor, quantisation);
	fputs("image: ", out);
	apui_report_name(out, note->path);
	fprintf(out, " %ux%u %s -> %ux%u %s, %s%s%s, elements %s%s\n",
		note->from_width, note->from_height,
		note->had_opacity ? "rgba on white" : "rgb", note->to_width,
		note->to_height, note->to_channels == 1 ? "grey" : "rgb",
		apu_dtype_name(apu_tensor_dtype(note->tensor)),
		quantisation[0] != '\0' ? " " : "", quantisation, note->values,
		note->was_turned ? ", turned upright" : "");
}

struct json_object *
apui_image_note_json(const struct apui_image_note *note)
{
	struct json_object *object = apui_json_object();

	apui_json_add_text(object, "file", note->path);
	apui_json_add_uint(object, "width", note->from_width);
	apui_json_add_uint(object, "height", note->from_height);
	apui_json_add(object, "turned_upright",
		      apui_json_bool(note->was_turned));
	apui_json_add(object, "laid_on_white",
		      apui_json_bool(note->had_opacity));
	apui_json_add_text(object, "input", apu_tensor_name(note->tensor));
	apui_json_add_uint(object, "input_width", note->to_width);
	apui_json_add_uint(object, "input_height", note->to_height);
	apui_json_add_uint(object, "input_channels", note->to_channels);
	apui_json_add_text(object, "elements", note->values);
	return object;
}
